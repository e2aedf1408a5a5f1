import { z } from 'zod';
import { containerEndSchema } from '../../../contract/containers.ts';
import { timeSchema } from '../../../contract/names.ts';

export const RUN_RECORD_VERSION = 1;

/**
 * `containers/instances/ID/run.json`: what happened to a container. One that is found with `runningSince` tells of a
 * run that Innkeeper did not see the end of.
 */
export const containerRecordSchema = z.object({
  version: z.literal(RUN_RECORD_VERSION),
  /** Machine on whose disk lies what it wrote; null before it is first started. */
  node: z.string().nullable(),
  runningSince: timeSchema.nullable(),
  startedAt: timeSchema.nullable(),
  lastEnd: containerEndSchema.nullable(),
  /** Times that its policy started it again. */
  restarts: z.number().int(),
  /** A person stopped or killed it, and has not started it since. */
  stopped: z.boolean(),
});
export type ContainerRecord = z.infer<typeof containerRecordSchema>;

export const NEVER_RUN: ContainerRecord = {
  version: RUN_RECORD_VERSION,
  node: null,
  runningSince: null,
  startedAt: null,
  lastEnd: null,
  restarts: 0,
  stopped: false,
};

/** What a record means that was found when the service started. */
export function recover(found: ContainerRecord, now: number): ContainerRecord {
  if (found.runningSince === null) return found;
  const cause = 'Innkeeper itself ended while it ran';
  return { ...found, runningSince: null, lastEnd: { kind: 'interrupted', at: now, exitStatus: null, cause } };
}
