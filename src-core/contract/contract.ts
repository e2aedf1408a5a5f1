import { compareTopic } from './compare.ts';
import { containerImagesTopic } from './container-images.ts';
import { containersTopic, nodesTopic, volumesTopic } from './containers.ts';
import type { ClientOf, HandlersOf } from './define.ts';
import { eventsTopic } from './events.ts';
import { hostTopic } from './host.ts';
import { imagesTopic } from './images.ts';
import { machinesTopic } from './machines.ts';
import { connectionsTopic, networksTopic } from './networks.ts';
import { serviceTopic } from './service.ts';
import { sharesTopic } from './shares.ts';
import { snapshotsTopic } from './snapshots.ts';
import { tasksTopic } from './tasks.ts';

/** Everything that the window and the command line can ask of the service. */
export const contract = {
  service: serviceTopic,
  host: hostTopic,
  images: imagesTopic,
  machines: machinesTopic,
  snapshots: snapshotsTopic,
  shares: sharesTopic,
  networks: networksTopic,
  connections: connectionsTopic,
  containers: containersTopic,
  containerImages: containerImagesTopic,
  volumes: volumesTopic,
  nodes: nodesTopic,
  compare: compareTopic,
  tasks: tasksTopic,
  events: eventsTopic,
};

export type InnkeeperContract = typeof contract;
export type InnkeeperClient = ClientOf<InnkeeperContract>;
export type InnkeeperHandlers = HandlersOf<InnkeeperContract>;
