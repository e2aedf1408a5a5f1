import type { Command } from 'commander';
import type { MachineView } from '../../../src-core/contract/machines.ts';
import { EventWatch } from '../event-watch.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { waitUntilRunning, waitUntilStopped } from '../machine-wait.ts';
import { printData } from '../output.ts';
import { parseDuration } from '../quantities.ts';
import { withService } from '../with-service.ts';
import { addCardCommand } from './cards.ts';
import { addCloneCommands } from './clone.ts';
import { addConsoleCommand } from './console.ts';
import { addCopyCommand } from './copy.ts';
import { addDiskCommand } from './disk.ts';
import { addExecCommand } from './exec.ts';
import { addForwardCommand } from './forward.ts';
import { addShareCommand } from './share.ts';
import { addSaveCommand } from './image-transfer.ts';
import { addCreateCommand } from './machine-create.ts';
import { addMachineTransferCommands } from './machine-transfer.ts';
import { addSetCommand } from './set.ts';
import { addSnapshotCommands } from './snapshot.ts';
import { machineText, machinesText } from './machine-views.ts';

interface Options {
  json?: boolean;
}

export function addMachineCommands(program: Command, io: CliIo): void {
  const vm = program.command('vm').description('virtual machines');
  addCreateCommand(vm, io);
  vm.command('ls')
    .description('list machines')
    .option('--json', 'print JSON')
    .action(({ json }: Options) =>
      withService(io, async (service) => printData(io, json, await service.machines.list({}), machinesText)),
    );
  oneMachine(
    vm,
    io,
    'inspect',
    'show one machine',
    (service, machine) => service.machines.inspect({ machine }),
    machineText,
  );
  addStartAndStop(vm, io);
  for (const [verb, description, done] of [
    ['kill', 'power a machine off at once', 'Killed'],
    ['pause', 'let a machine stand still', 'Paused'],
    ['resume', 'let a paused or suspended machine run on', 'Resumed'],
    ['suspend', 'save a running machine to disk and switch it off', 'Suspended'],
    ['discard', 'throw the saved state of a suspended machine away', 'Discarded the saved state of'],
  ] as const) {
    oneMachine(vm, io, verb, description, (service, machine) => service.machines[verb]({ machine }), doneText(done));
  }
  addSetCommand(vm, io);
  addRemoveCommand(vm, io);
  addDiskCommand(vm, io);
  addConsoleCommand(vm, io);
  addExecCommand(vm, io);
  addSaveCommand(vm, io);
  addMachineTransferCommands(vm, io);
  addSnapshotCommands(vm, io);
  addCloneCommands(vm, io);
  addCopyCommand(vm, io);
  addShareCommand(vm, io);
  addCardCommand(vm, io);
  addForwardCommand(vm, io);
}

/** A command that does one thing with one machine and tells how the machine is then. */
function oneMachine(
  vm: Command,
  io: CliIo,
  verb: string,
  description: string,
  act: (service: ServiceConnection, machine: string) => Promise<MachineView>,
  text: (machine: MachineView) => string,
): void {
  vm.command(verb)
    .description(description)
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((name: string, { json }: Options) =>
      withService(io, async (service) => printData(io, json, await act(service, name), text)),
    );
}

const doneText = (done: string) => (machine: MachineView) => `${done} machine ${machine.name}`;

function addStartAndStop(vm: Command, io: CliIo): void {
  const waitingStart = (verb: 'start' | 'restart') => async (service: ServiceConnection, machine: string) => {
    const watch = await EventWatch.open(io, service);
    const before = watch.find(machine);
    const told = await service.machines[verb]({ machine });
    return waitUntilRunning(io, watch, told, before);
  };
  oneMachine(vm, io, 'start', 'start a machine', waitingStart('start'), doneText('Started'));
  oneMachine(vm, io, 'restart', 'start a running machine anew', waitingStart('restart'), doneText('Restarted'));
  vm.command('stop')
    .description('ask the guest to power off, and wait for it')
    .argument('<name>')
    .option('--grace <duration>', 'how long the guest may take', parseDuration)
    .option('--json', 'print JSON')
    .action((machine: string, { grace, json }: Options & { grace?: number }) =>
      withService(io, async (service) => {
        const watch = await EventWatch.open(io, service);
        const before = watch.find(machine);
        const asked = await service.machines.stop({ machine, ...(grace === undefined ? {} : { graceMs: grace }) });
        watch.note(asked, before);
        printData(io, json, await waitUntilStopped(watch, asked), doneText('Stopped'));
      }),
    );
}

function addRemoveCommand(vm: Command, io: CliIo): void {
  vm.command('rm')
    .description('delete a stopped machine for good')
    .argument('<name>')
    .action((machine: string) =>
      withService(io, async (service) => {
        await service.machines.remove({ machine, purge: true });
        io.stdout.write(`Deleted machine ${machine}\n`);
      }),
    );
}
