import type { InnkeeperClient } from '../../src-core/contract/contract.ts';

const nothing = (): never => {
  throw new Error('the made-up service has no networks');
};

/** No networks. */
export const networkMethods: Pick<InnkeeperClient, 'networks' | 'connections'> = {
  networks: {
    list: async () => [],
    inspect: nothing,
    create: nothing,
    change: nothing,
    remove: nothing,
    capture: nothing,
    packets: nothing,
  },
  connections: {
    list: async () => ({ cards: [], forwards: [] }),
    addCard: nothing,
    removeCard: nothing,
    changeCard: nothing,
    addForward: nothing,
    removeForward: nothing,
  },
};
