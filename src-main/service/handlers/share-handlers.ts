import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import { withoutShare, withShare } from '../../../src-core/hypervisor/shares.ts';
import type { HostFolders } from '../../../src-core/hypervisor/shares.ts';

export function shareHandlers(hypervisor: Hypervisor, folders: HostFolders): InnkeeperHandlers['shares'] {
  return {
    list: ({ machine }) => Promise.resolve(hypervisor.inspect(machine).shares),
    add: async ({ machine: reference, ...request }) => {
      const machine = hypervisor.get(reference, 'share a folder with');
      const doing = `share ${request.hostDirectory} with machine ${machine.name}`;
      await machine.changeShares((before) => withShare(before, request, doing, folders));
      return machine.view().shares;
    },
    remove: async ({ machine: reference, guestDirectory }) => {
      const machine = hypervisor.get(reference, 'take a shared folder from');
      const doing = `take ${guestDirectory} from machine ${machine.name}`;
      await machine.changeShares((before) => Promise.resolve(withoutShare(before, guestDirectory, doing)));
      return machine.view().shares;
    },
  };
}
