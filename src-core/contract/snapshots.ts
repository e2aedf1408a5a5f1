import { z } from 'zod';
import { call } from './define.ts';
import { machineViewSchema } from './machines.ts';
import { bytesSchema, nameSchema, referenceSchema, timeSchema } from './names.ts';

/** What a terminal showed: at most as many lines as it had rows. */
export const screenSchema = z.object({
  columns: z.number().int().min(1).max(1000),
  rows: z.number().int().min(1).max(1000),
  lines: z.array(z.string().max(4000)).max(1000),
});
export type Screen = z.infer<typeof screenSchema>;

/** A machine's whole state at one moment. */
export const snapshotViewSchema = z.object({
  id: z.string(),
  /** Unique within its machine, in any case. */
  name: nameSchema,
  note: z.string(),
  createdAt: timeSchema,
  /** The snapshot that it was built on; null for the first of a tree. */
  parent: z.string().nullable(),
  /** It holds memory too: restored, the machine goes on running from that moment. */
  live: z.boolean(),
  /** What only this snapshot keeps on this computer's disk: pages and clusters that no other shares. */
  memoryBytes: bytesSchema,
  diskBytes: bytesSchema,
  hardware: z.object({ processors: z.number().int(), memoryBytes: bytesSchema }),
  /** Its console at that moment. */
  screen: screenSchema.nullable(),
});
export type SnapshotView = z.infer<typeof snapshotViewSchema>;

const NOTE_LENGTH = 2000;
const machineReference = z.object({ machine: referenceSchema });
const snapshotReference = machineReference.extend({ snapshot: referenceSchema });

export const snapshotsTopic = {
  /** Of one machine, oldest first. */
  list: call(machineReference, z.array(snapshotViewSchema)),
  /** Of a stopped, running, paused or suspended machine. Answers when it is safely on disk. */
  create: call(
    machineReference.extend({ name: nameSchema.optional(), note: z.string().max(NOTE_LENGTH).default('') }),
    snapshotViewSchema,
  ),
  /** Puts its machine back to that moment, whole or not at all; what is there now is lost unless it has a snapshot. */
  restore: call(snapshotReference, machineViewSchema),
  change: call(
    snapshotReference.extend({ name: nameSchema.optional(), note: z.string().max(NOTE_LENGTH).optional() }),
    snapshotViewSchema,
  ),
  /** Deletes it; those built on it are built on its parent then. */
  remove: call(snapshotReference, z.object({})),
};
