import { Command } from 'commander';
import { addCompareCommand } from './commands/compare.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addImageCommands } from './commands/image.ts';
import { addMachineCommands } from './commands/machine.ts';
import { addNetworkCommands } from './commands/network.ts';
import { addServiceCommands } from './commands/service.ts';
import { addContainerCommands } from './containers/containers.ts';
import { EXIT, reportFailure } from './exit.ts';
import type { CliIo } from './io.ts';

/** The grammar of `inn`. */
function buildProgram(io: CliIo): Command {
  const program = new Command('inn')
    // What follows the command of a container is that command's, options too.
    .enablePositionalOptions()
    .description('virtual machines without a driver, admin rights or a BIOS setting')
    .version(io.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'inn: ')),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    })
    .showHelpAfterError('Add --help to see how it is used.');
  addServiceCommands(program, io);
  addImageCommands(program, io);
  addMachineCommands(program, io);
  addNetworkCommands(program, io);
  addContainerCommands(program, io);
  addCompareCommand(program, io);
  addCompletionCommands(program, io);
  return program;
}

/**
 * Carries out one command line.
 * @param words what stands after `inn`
 * @returns the exit status: 0 done, 1 failed, 2 wrong usage, or the status of the guest's command
 */
export async function runCli(words: readonly string[], io: CliIo): Promise<number> {
  try {
    await buildProgram(io).parseAsync(words, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return reportFailure(io, error);
  }
}
