import { compare } from '../../../src-core/containers/compare/compare.ts';
import type { Comparison } from '../../../src-core/contract/compare.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { Tasks } from '../tasks.ts';
import { containerRival, machineRival, SERVICE, type RivalNeeds } from './rivals.ts';

/** Runs comparisons as listed work, one at a time: two would measure each other. */
export function compareHandlers(needs: RivalNeeds, tasks: Tasks): InnkeeperHandlers['compare'] {
  let last: Comparison | null = null;
  let before: Promise<unknown> = Promise.resolve();
  return {
    last: () => Promise.resolve({ comparison: last }),
    run: ({ rounds }) => {
      const { view, done } = tasks.start({
        title: 'Compare a machine with a container',
        subject: null,
        run: async (progress, signal) => {
          await before;
          const around = {
            machine: machineRival(needs),
            container: containerRival(needs),
            node: () => nodeFigures(needs),
            monotonic: () => performance.now(),
            now: () => Date.now(),
          };
          last = await compare(SERVICE, rounds, around, { signal, progress });
        },
      });
      before = done.catch(() => undefined);
      return Promise.resolve(view);
    },
  };
}

/** What nodes need besides. */
async function nodeFigures({ hypervisor, machineImages, containers }: RivalNeeds): Promise<Comparison['node']> {
  const [node] = containers.engine.nodes.list();
  const machine = node && hypervisor.find(node.id, 'compare');
  if (machine?.definition.source.kind !== 'image') return { imageBytes: 0, memoryBytes: 0 };
  const { sizeBytes } = await machineImages.get(machine.definition.source.image);
  hypervisor.sample();
  return { imageBytes: sizeBytes, memoryBytes: machine.view().stats?.memoryUsedBytes ?? 0 };
}
