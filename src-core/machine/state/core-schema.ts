import { z } from 'zod';
import { MAX_HARTS } from '../core-interface.ts';
import { HART_FIELDS_64, PLIC_FIELDS } from './core-fields.ts';
import { u32Schema, u64Schema, u8Schema } from './values.ts';

const csrs = z.strictObject(Object.fromEntries(HART_FIELDS_64.map(({ name }) => [name, u64Schema])));

const SV39 = 8n;
const SV48 = 9n;

/** Values that the core itself never lets a register have, and does not expect there. */
function isLawful({ mstatus, satp }: Readonly<Record<string, string>>): boolean {
  // Whether they are numbers at all was looked at as well, but does not keep this from being called.
  if (mstatus === undefined || satp === undefined) return false;
  if (!u64Schema.safeParse(mstatus).success || !u64Schema.safeParse(satp).success) return false;
  const mpp = (BigInt(mstatus) >> 11n) & 3n;
  const mode = BigInt(satp) >> 60n;
  return mpp !== 2n && (BigInt(satp) === 0n || mode === SV39 || mode === SV48);
}

export const hartStateSchema = z.strictObject({
  /** x1 to x31. */
  x: z.array(u64Schema).length(31),
  f: z.array(u64Schema).length(32),
  registers: csrs.refine(isLawful, 'no such mode'),
  /** 0 U, 1 S, 3 M. */
  privilege: z.union([z.literal(0), z.literal(1), z.literal(3)]),
  /** As SBI HSM numbers them: started, stopped, start pending. */
  runState: z.number().int().min(0).max(2),
  pendingSoftware: u32Schema,
  pendingClint: u32Schema,
  requests: z.number().int().min(0).max(7),
  fflags: z.number().int().min(0).max(31),
  frm: z.number().int().min(0).max(7),
  pmpcfg: z.array(u8Schema).length(16),
  pmpaddr: z.array(u64Schema).length(16),
});
export type HartState = z.infer<typeof hartStateSchema>;

const plicSchema = z.strictObject(
  Object.fromEntries(PLIC_FIELDS.map(([name, words]) => [name, z.array(u32Schema).length(words)])),
);

export const coreStateSchema = z.strictObject({
  /** Whether the core answers the SBI. */
  sbi: z.boolean(),
  harts: z.array(hartStateSchema).min(1).max(MAX_HARTS),
  plic: plicSchema,
});
export type CoreState = z.infer<typeof coreStateSchema>;
