import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { HostFolders } from '../../../src-core/hypervisor/shares/shares.ts';

export function shareHandlers(hypervisor: Hypervisor, folders: HostFolders): InnkeeperHandlers['shares'] {
  return {
    list: ({ machine }) => Promise.resolve(hypervisor.inspect(machine).shares),
    add: async ({ machine: reference, ...request }) => {
      const machine = hypervisor.get(reference, 'share a folder with');
      await machine.shares.add(request, folders);
      return machine.shares.views();
    },
    remove: async ({ machine: reference, guestDirectory }) => {
      const machine = hypervisor.get(reference, 'take a shared folder from');
      await machine.shares.remove(guestDirectory);
      return machine.shares.views();
    },
  };
}
