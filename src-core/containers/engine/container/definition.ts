import { z } from 'zod';
import { digestSchema, healthCheckSchema } from '../../../contract/container-images.ts';
import {
  containerLimitsSchema,
  containerMountSchema,
  containerNameSchema,
  restartPolicySchema,
} from '../../../contract/containers.ts';
import { timeSchema } from '../../../contract/names.ts';
import { forwardSchema } from '../../../contract/networks.ts';

export const CONTAINER_VERSION = 1;

/** `containers/instances/ID/container.json`: what a container is. What happened to it stands in its run record. */
export const containerDefinitionSchema = z.object({
  version: z.literal(CONTAINER_VERSION),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: containerNameSchema,
  createdAt: timeSchema,
  /** As it was asked for. */
  image: z.string(),
  imageId: digestSchema,
  /** Diff ids, lowest first: it can be started for as long as these are here, whatever its image is called. */
  layers: z.array(digestSchema),
  process: z.object({
    arguments: z.array(z.string()),
    environment: z.array(z.string()),
    workingDirectory: z.string(),
    user: z.string(),
  }),
  hostName: z.string(),
  labels: z.record(z.string(), z.string()),
  terminal: z.boolean(),
  interactive: z.boolean(),
  limits: containerLimitsSchema,
  restart: restartPolicySchema,
  /** Ports of this computer that lead to it while it runs. */
  ports: z.array(forwardSchema),
  mounts: z.array(containerMountSchema),
  network: z.object({ id: z.string(), mac: z.string() }).nullable(),
  readOnlyRoot: z.boolean(),
  init: z.boolean(),
  addCapabilities: z.array(z.string()),
  dropCapabilities: z.array(z.string()),
  healthCheck: healthCheckSchema.nullable(),
  /** Linux's number. */
  stopSignal: z.number().int(),
  stopTimeoutMs: z.number().int(),
  removeAtEnd: z.boolean(),
});
export type ContainerDefinition = z.infer<typeof containerDefinitionSchema>;
