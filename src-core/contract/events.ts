import { z } from 'zod';
import { containerImageViewSchema } from './container-images.ts';
import { containerStatsSchema, containerViewSchema, nodeViewSchema, volumeViewSchema } from './containers.ts';
import { call } from './define.ts';
import { hostViewSchema } from './host.ts';
import { imageViewSchema } from './images.ts';
import { machineStatsSchema, machineViewSchema } from './machines.ts';
import { networkViewSchema } from './networks.ts';
import { snapshotViewSchema } from './snapshots.ts';
import { taskViewSchema } from './tasks.ts';

/** Pushed to every client that asked. An event carries the whole new view, so none depends on an earlier one. */
export const serviceEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('machine'), machine: machineViewSchema }),
  z.object({ type: z.literal('machine-removed'), id: z.string() }),
  z.object({ type: z.literal('machine-stats'), id: z.string(), stats: machineStatsSchema }),
  /** All snapshots of a machine, after any of them changed. */
  z.object({ type: z.literal('snapshots'), machine: z.string(), snapshots: z.array(snapshotViewSchema) }),
  z.object({ type: z.literal('network'), network: networkViewSchema }),
  z.object({ type: z.literal('network-removed'), id: z.string() }),
  z.object({ type: z.literal('container'), container: containerViewSchema }),
  z.object({ type: z.literal('container-removed'), id: z.string() }),
  z.object({ type: z.literal('container-stats'), id: z.string(), stats: containerStatsSchema }),
  z.object({ type: z.literal('container-image'), image: containerImageViewSchema }),
  z.object({ type: z.literal('container-image-removed'), id: z.string() }),
  z.object({ type: z.literal('volume'), volume: volumeViewSchema }),
  z.object({ type: z.literal('volume-removed'), name: z.string() }),
  z.object({ type: z.literal('node'), node: nodeViewSchema }),
  z.object({ type: z.literal('node-removed'), id: z.string() }),
  z.object({ type: z.literal('image'), image: imageViewSchema }),
  z.object({ type: z.literal('image-removed'), name: z.string() }),
  z.object({ type: z.literal('task'), task: taskViewSchema }),
  z.object({ type: z.literal('task-removed'), id: z.string() }),
  /** Once a second while anyone listens. */
  z.object({ type: z.literal('host'), host: hostViewSchema }),
]);
export type ServiceEvent = z.infer<typeof serviceEventSchema>;

export const eventsTopic = {
  /** From now on this connection receives events; first one for every object there is. */
  subscribe: call(z.object({}), z.object({})),
};
