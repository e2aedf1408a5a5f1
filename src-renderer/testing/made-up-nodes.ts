import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { EngineSettings, NodeView, VolumeView } from '../../src-core/contract/containers.ts';
import { GIB, MIB } from './byte-units.ts';
import { nodeView, volumeView } from './container-view.ts';
import { tell } from './made-up-events.ts';

export const nodes: NodeView[] = [
  nodeView('node-1'),
  nodeView('node-2', {
    state: 'asleep',
    freeMemoryBytes: null,
    freeDiskBytes: null,
    promisedMemoryBytes: 8 * MIB,
    running: 0,
    containers: 1,
  }),
];

export const volumes: VolumeView[] = [
  volumeView('shop-data', { usedBytes: 1.4 * GIB, usedBy: ['shop-database'] }),
  volumeView('shop-uploads', { usedBy: ['shop-web'] }),
  volumeView('left-over', { usedBytes: null, node: { id: 'node-2', name: 'node-2' } }),
];

const settings: EngineSettings = { nodeMemoryBytes: GIB, nodeProcessors: 2, mostNodes: 4, idleMs: 60_000 };

function drop<T>(list: T[], matches: (one: T) => boolean): void {
  const index = list.findIndex(matches);
  if (index !== -1) list.splice(index, 1);
}

export const volumeMethods: InnkeeperClient['volumes'] = {
  list: async () => [...volumes],
  create: async ({ name }) => {
    const volume = volumeView(name, { createdAt: Date.now(), usedBytes: 0 });
    volumes.push(volume);
    tell({ type: 'volume', volume });
    return volume;
  },
  inspect: async ({ volume }) => volumes.find(({ name }) => name === volume) as VolumeView,
  remove: async ({ volume }) => {
    drop(volumes, ({ name }) => name === volume);
    tell({ type: 'volume-removed', name: volume });
    return {};
  },
  prune: async () => ({ removed: ['left-over'] }),
};

export const nodeMethods: InnkeeperClient['nodes'] = {
  list: async () => [...nodes],
  add: async ({ memoryBytes = GIB, processors = 2 }) => {
    const node = nodeView(`node-${nodes.length + 1}`, { memoryBytes, processors, running: 0, containers: 0 });
    nodes.push(node);
    tell({ type: 'node', node });
    return node;
  },
  remove: async ({ node }) => {
    drop(nodes, ({ id }) => id === node);
    tell({ type: 'node-removed', id: node });
    return {};
  },
  settings: async () => settings,
  change: async (change) =>
    Object.assign(settings, Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))),
};
