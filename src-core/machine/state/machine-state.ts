import { z } from 'zod';
import { devicesStateSchema } from '../board/devices.ts';
import { panicWatchStateSchema } from '../board/panic-watch.ts';
import { coreStateSchema } from './core-schema.ts';
import { countSchema, hexBytes } from './values.ts';

/** Grows with every change of the form that an older Innkeeper could not read, or would read wrongly. */
export const MACHINE_STATE_VERSION = 2;

/** No more input than this waits for a guest. */
const MOST_INPUT_BYTES = 1024 * 1024;

/** Everything about a machine at one moment between two instructions, except what its memory and its disks hold. */
export const machineStateSchema = z.strictObject({
  memoryBytes: countSchema,
  /** Guest time, in ticks since power-on. */
  ticks: countSchema,
  core: coreStateSchema,
  devices: devicesStateSchema,
  console: z.strictObject({
    /** The guest's ways to the console; the one that spoke last stands first. */
    order: z.array(z.number().int().min(0).max(15)).max(16),
    /** What was typed and the guest has not taken. */
    input: hexBytes(0, MOST_INPUT_BYTES),
  }),
  panic: panicWatchStateSchema,
});
export type MachineState = z.infer<typeof machineStateSchema>;

/** A saved machine, checked as far as it can be without one. */
export interface SavedMachine {
  readonly state: MachineState;
  /**
   * Fills RAM, which holds zeros, and notes of each page what the core does: whether it was ever written, and since the
   * layer that the next one can be a delta on. @throws AppError 'corrupt'
   */
  loadMemory(ram: Uint8Array, written: Uint8Array): void;
}
