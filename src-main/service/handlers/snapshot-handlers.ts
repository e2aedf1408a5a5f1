import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';

export function snapshotHandlers(hypervisor: Hypervisor): InnkeeperHandlers['snapshots'] {
  return {
    list: async ({ machine }) => hypervisor.get(machine, 'list the snapshots of').snapshots.list(),
    create: async ({ machine, name, note }) =>
      hypervisor.get(machine, 'take a snapshot of').snapshots.create(name, note),
    restore: async ({ machine: reference, snapshot }) => {
      const machine = hypervisor.get(reference, 'restore a snapshot of');
      await machine.restore(snapshot);
      return machine.view();
    },
    change: async ({ machine, snapshot, name, note }) => {
      const change = { ...(name === undefined ? {} : { name }), ...(note === undefined ? {} : { note }) };
      return hypervisor.get(machine, 'change a snapshot of').snapshots.change(snapshot, change);
    },
    remove: async ({ machine, snapshot }) => {
      await hypervisor.get(machine, 'delete a snapshot of').snapshots.remove(snapshot);
      return {};
    },
  };
}
