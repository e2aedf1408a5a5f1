import type { Command } from 'commander';
import { addNetworkCommands } from '../commands/network.ts';
import type { CliIo } from '../io.ts';
import { addBuildCommand } from './build.ts';
import { addFileCommands } from './files.ts';
import { addContainerImageCommands } from './images.ts';
import { addLifeCommands } from './life.ts';
import { addListCommands } from './list.ts';
import { addLogsCommand } from './logs.ts';
import { addNodeCommands } from './nodes.ts';
import { addProcessCommands } from './processes.ts';
import { addRunCommands } from './run.ts';
import { addUpdateCommand } from './update.ts';
import { addVolumeCommands } from './volumes.ts';

/** `inn ctr …`: containers, their images and volumes, and the nodes that they run on. */
export function addContainerCommands(program: Command, io: CliIo): void {
  const ctr = program.command('ctr').description('containers, which share the kernel of a node');
  addRunCommands(ctr, io);
  addListCommands(ctr, io);
  addLifeCommands(ctr, io);
  addProcessCommands(ctr, io);
  addLogsCommand(ctr, io);
  addUpdateCommand(ctr, io);
  addFileCommands(ctr, io);
  addBuildCommand(ctr, io);
  addContainerImageCommands(ctr, io);
  addVolumeCommands(ctr, io);
  addNodeCommands(ctr, io);
  addNetworkCommands(ctr, io, 'network');
}
