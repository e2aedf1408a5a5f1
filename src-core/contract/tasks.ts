import { z } from 'zod';
import { call } from './define.ts';
import { failureSchema } from './failures.ts';
import { timeSchema } from './names.ts';

/** Long work with named phases. A finished task stays listed until it is dismissed or the service ends. */
export const taskViewSchema = z.object({
  id: z.string(),
  /** "Build image debian-13-tiny". */
  title: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** "Downloading linux-image". */
  phase: z.string(),
  /** Of this phase, 0 to 1; null where it cannot be known. */
  fraction: z.number().min(0).max(1).nullable(),
  cancellable: z.boolean(),
  /** What it is about, for a button that goes there. */
  subject: z.object({ kind: z.enum(['machine', 'image', 'container', 'container-image']), id: z.string() }).nullable(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
  failure: failureSchema.nullable(),
});
export type TaskView = z.infer<typeof taskViewSchema>;

const taskReference = z.object({ task: z.string() });

export const tasksTopic = {
  list: call(z.object({}), z.array(taskViewSchema)),
  cancel: call(taskReference, z.object({})),
  dismiss: call(taskReference, z.object({})),
};
