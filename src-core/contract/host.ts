import { z } from 'zod';
import { call } from './define.ts';
import { bytesSchema } from './names.ts';

/** One of the shared resources: what this computer has, what is promised, what is used. */
const shareSchema = z.object({
  guest: z.string(),
  guestName: z.string(),
  promised: z.number(),
  used: z.number(),
});

const resourceSchema = z.object({
  /** What this computer has: processors, or bytes. */
  total: z.number(),
  /** Promised to guests that run now. */
  promised: z.number(),
  /** Used by the guests, as measured. */
  used: z.number(),
  /** Used by everything on this computer, as measured. */
  usedByAll: z.number(),
  shares: z.array(shareSchema),
});

export const hostViewSchema = z.object({
  takenAt: z.number(),
  name: z.string(),
  system: z.string(),
  processorModel: z.string(),
  /** In processors: 1.5 means one and a half cores busy. */
  processor: resourceSchema,
  memory: resourceSchema,
  disk: resourceSchema.extend({ path: z.string() }),
  network: z.object({
    /** Ports of this computer that the service or a guest holds. */
    ports: z.array(
      z.object({
        address: z.string(),
        port: z.number().int(),
        protocol: z.enum(['tcp', 'udp']),
        owner: z.string(),
      }),
    ),
  }),
  /** The largest machine that can be made here. */
  limits: z.object({ processors: z.number().int(), memoryBytes: bytesSchema }),
});
export type HostView = z.infer<typeof hostViewSchema>;

export const hostTopic = {
  view: call(z.object({}), hostViewSchema),
};
