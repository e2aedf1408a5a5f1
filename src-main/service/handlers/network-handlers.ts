import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { notYet } from './not-yet.ts';

type NetworkHandlers = Pick<InnkeeperHandlers, 'networks' | 'connections'>;

export function networkHandlers(): NetworkHandlers {
  const refuse = (): never => {
    throw notYet('change networks');
  };
  return {
    networks: {
      list: () => Promise.resolve([]),
      inspect: refuse,
      create: refuse,
      change: refuse,
      remove: refuse,
      capture: refuse,
      packets: refuse,
    },
    connections: {
      list: () => Promise.resolve({ cards: [], forwards: [] }),
      addCard: refuse,
      removeCard: refuse,
      changeCard: refuse,
      addForward: refuse,
      removeForward: refuse,
    },
  };
}
