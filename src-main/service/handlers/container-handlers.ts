import { AppError } from '../../../src-core/base/errors.ts';
import { contract, type InnkeeperHandlers } from '../../../src-core/contract/contract.ts';

type ContainerTopics = Pick<InnkeeperHandlers, 'containers' | 'containerImages' | 'volumes' | 'nodes'>;

/** Until the engine answers. */
export function containerHandlers(): ContainerTopics {
  const refuse = (): never => {
    throw new AppError({ code: 'not-supported', doing: 'use containers', because: 'the engine is not there yet' });
  };
  const topic = (name: keyof ContainerTopics): unknown =>
    Object.fromEntries(Object.keys(contract[name]).map((method) => [method, async () => Promise.resolve(refuse())]));
  return {
    containers: topic('containers'),
    containerImages: topic('containerImages'),
    volumes: topic('volumes'),
    nodes: topic('nodes'),
  } as ContainerTopics;
}
