import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { notYet } from './not-yet.ts';

export function snapshotHandlers(): InnkeeperHandlers['snapshots'] {
  return {
    list: () => Promise.resolve([]),
    create: ({ machine }) => Promise.reject(notYet(`take a snapshot of machine ${machine}`)),
    restore: ({ snapshot }) => Promise.reject(notYet(`restore snapshot ${snapshot}`)),
    change: ({ snapshot }) => Promise.reject(notYet(`change snapshot ${snapshot}`)),
    remove: ({ snapshot }) => Promise.reject(notYet(`delete snapshot ${snapshot}`)),
  };
}
