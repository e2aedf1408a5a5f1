import { z } from 'zod';
import { machineEndSchema } from '../../contract/machines.ts';
import { timeSchema } from '../../contract/names.ts';

export const RUN_RECORD_VERSION = 1;

/**
 * `machines/ID/run.json`: what happened to a machine. `runningSince` is written before a run begins and cleared
 * after it ended, so one that is found at start tells of a run that Innkeeper did not see the end of.
 */
export const runRecordSchema = z.object({
  version: z.literal(RUN_RECORD_VERSION),
  runningSince: timeSchema.nullable(),
  lastEnd: machineEndSchema.nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

export const NEVER_RUN: RunRecord = { version: RUN_RECORD_VERSION, runningSince: null, lastEnd: null };

/**
 * What a record means that was found when the service started.
 * @param suspended its saved state is there: then nothing of its run is lost, whenever Innkeeper ended
 */
export function recover(found: RunRecord, now: number, suspended = false): RunRecord {
  if (found.runningSince === null) return found;
  if (suspended) return { ...found, runningSince: null, lastEnd: { kind: 'suspended', at: now, cause: null } };
  const cause = 'Innkeeper itself ended while the machine ran';
  return { ...found, runningSince: null, lastEnd: { kind: 'interrupted', at: now, cause } };
}
