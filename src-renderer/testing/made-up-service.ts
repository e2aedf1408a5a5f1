import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { Connection } from '../state/session.ts';
import { comparison } from './made-up-comparison.ts';
import { containerImageMethods, forgetContainerImages } from './made-up-container-images.ts';
import { containers, measureContainers } from './made-up-container-list.ts';
import { containerMethods } from './made-up-containers.ts';
import { listen } from './made-up-events.ts';
import { host, measure } from './made-up-host.ts';
import { forgetImages, imageMethods } from './made-up-images.ts';
import { change, machines } from './made-up-machine-list.ts';
import { machineMethods, shareMethods } from './made-up-machines.ts';
import { nodeMethods, nodes, volumeMethods, volumes } from './made-up-nodes.ts';
import { snapshotMethods } from './made-up-snapshot-methods.ts';
import { connectMachines, connectMany, networkMethods } from './made-up-networks.ts';
import { madeUpSnapshots, manySnapshots } from './made-up-snapshots.ts';
import { tasks, work } from './made-up-tasks.ts';

/**
 * A service that exists only in the page's memory: to look at the window, and to check it with axe, in states that a
 * real service reaches rarely. The product never loads it.
 */
const client: InnkeeperClient = {
  service: {
    status: async () => ({
      version: '0.1.0',
      dataDirectory: '/home/ada/.local/share/innkeeper',
      uptimeMs: 1000,
      pid: 4711,
      host: 'app',
      machines: { total: machines.length, running: 2 },
    }),
    stop: async () => ({ suspended: [] }),
    settings: async () => ({ debianMirror: null, quickStart: true }),
    changeSettings: async ({ debianMirror = null, quickStart = true }) => ({ debianMirror, quickStart }),
  },
  host: { view: async () => host() },
  images: imageMethods,
  machines: machineMethods,
  snapshots: snapshotMethods,
  shares: shareMethods,
  ...networkMethods,
  containers: containerMethods,
  containerImages: containerImageMethods,
  volumes: volumeMethods,
  nodes: nodeMethods,
  compare: {
    run: async () => work('Compare a machine with a container', ['Round 1 of 5: machine'], null),
    last: async () => ({ comparison }),
  },
  tasks: { list: async () => tasks, cancel: async () => ({}), dismiss: async () => ({}) },
  events: { subscribe: async () => ({}) },
};

export async function connectMadeUp(): Promise<Connection> {
  connectMachines();
  if (new URLSearchParams(window.location.search).has('empty')) {
    machines.length = 0;
    tasks.length = 0;
    forgetImages();
    forgetContainerImages();
    for (const list of [containers, nodes, volumes]) list.length = 0;
  }
  if (new URLSearchParams(window.location.search).has('many')) {
    madeUpSnapshots['web-1'] = manySnapshots(120);
    change('web-1', { currentSnapshot: 'n118' });
    connectMany(36);
  }
  setInterval(() => {
    measure();
    measureContainers();
  }, 1000);
  return {
    client,
    onEvent: listen,
    onClose: () => undefined,
  };
}
