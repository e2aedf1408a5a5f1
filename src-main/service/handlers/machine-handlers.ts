import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { MachineView } from '../../../src-core/contract/machines.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { Machine } from '../../../src-core/hypervisor/life/machine.ts';
import type { MachineTransfers } from '../machine-transfers.ts';
import type { ConsoleStreams } from './console-stream.ts';
import { execStream } from './exec-stream.ts';

/** How long a guest has to power off before its restart is said to be overdue. */
const RESTART_GRACE_MS = 20_000;

export function machineHandlers(
  hypervisor: Hypervisor,
  consoles: ConsoleStreams,
  transfers: MachineTransfers,
): InnkeeperHandlers['machines'] {
  const act =
    (verb: string, action: (machine: Machine) => void | Promise<void>) =>
    async ({ machine: reference }: { machine: string }): Promise<MachineView> => {
      const machine = hypervisor.get(reference, verb);
      await action(machine);
      return machine.view();
    };
  return {
    list: () => Promise.resolve(hypervisor.list().filter(({ purpose }) => purpose !== 'node')),
    inspect: async ({ machine }) => Promise.resolve(hypervisor.inspect(machine)),
    create: (request) => hypervisor.create(request),
    start: act('start', (machine) => machine.start()),
    stop: ({ machine, graceMs }) => act('stop', (found) => found.stop(graceMs))({ machine }),
    kill: act('kill', (machine) => machine.kill()),
    pause: act('pause', (machine) => machine.pause()),
    suspend: act('suspend', (machine) => machine.suspend()),
    discard: act('discard the saved state of', (machine) => machine.discard()),
    resume: act('resume', (machine) => machine.resume()),
    restart: act('restart', (machine) => machine.restart(RESTART_GRACE_MS)),
    rename: ({ machine, name }) => hypervisor.rename(machine, name),
    change: ({ machine, ...wanted }) => act('change', (found) => found.changeHardware(wanted))({ machine }),
    attachDisk: ({ machine, disk }) => act('attach a disk to', (found) => found.attachDisk(disk))({ machine }),
    detachDisk: ({ machine, slot, force }) =>
      act('detach a disk from', (found) => found.detachDisk(slot, force))({ machine }),
    growDisk: ({ machine, slot, sizeBytes }) =>
      act('grow a disk of', (found) => found.growDisk(slot, sizeBytes))({ machine }),
    clone: ({ machine, ...request }) => hypervisor.clone(machine, request),
    fork: ({ machine, name }) => hypervisor.fork(machine, name),
    exportTo: async ({ machine, path }) => transfers.exportTo(hypervisor.get(machine, 'export'), path),
    importFrom: ({ path, name }) => transfers.importFrom(path, name),
    remove: ({ machine, purge }) => hypervisor.remove(machine, purge),
    restore: ({ id }) => hypervisor.restore(id),
    purge: async ({ id }) => {
      await hypervisor.purge(id);
      return {};
    },
    console: (input, stream) => consoles.open(input, stream),
    exec: execStream(hypervisor),
  };
}
