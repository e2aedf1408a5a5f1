import { z } from 'zod';
import { call } from './define.ts';
import { bytesSchema, timeSchema } from './names.ts';
import { taskViewSchema } from './tasks.ts';

/** What the same service took as a machine, or as a container. All of it was measured just then. */
export const comparedSchema = z.object({
  image: z.string(),
  /** Of the image on this computer. */
  imageBytes: bytesSchema,
  /** Of the image as it would be moved to another computer, packed with gzip. */
  movedBytes: bytesSchema,
  /** From asking for it to the first answer of the service, in milliseconds: each time. */
  startMs: z.array(z.number()).min(1),
  /** That one more of it takes, while it serves. */
  memoryBytes: bytesSchema,
  /** As many of them as fit into 1 GiB by that. */
  perGibibyte: z.number().int(),
});
export type Compared = z.infer<typeof comparedSchema>;

export const comparisonSchema = z.object({
  takenAt: timeSchema,
  /** "BusyBox httpd with one page". */
  service: z.string(),
  machine: comparedSchema,
  container: comparedSchema,
  /** What containers need once besides: the image of their nodes, and the memory that a node itself takes. */
  node: z.object({ imageBytes: bytesSchema, memoryBytes: bytesSchema }),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const compareTopic = {
  /** Runs the same service as a machine and as a container and measures both. A task; its result is `last`. */
  run: call(z.object({ rounds: z.number().int().min(1).max(20).default(5) }), taskViewSchema),
  /** The newest since the service began; null for none. */
  last: call(z.object({}), z.object({ comparison: comparisonSchema.nullable() })),
};
