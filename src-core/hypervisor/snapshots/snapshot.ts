import { z } from 'zod';
import { nameSchema, timeSchema } from '../../contract/names.ts';
import { screenSchema } from '../../contract/snapshots.ts';
import { layerSchema, machineDefinitionSchema } from '../store/definition.ts';
import type { MachineDefinition } from '../store/definition.ts';

export const SNAPSHOT_VERSION = 1;
const NOTE_LENGTH = 2000;

/** What of a machine's definition belongs to its state: it goes back with a snapshot. */
export const hardwareSchema = machineDefinitionSchema.pick({
  processors: true,
  memoryBytes: true,
  memoryTarget: true,
  bootOrder: true,
  disks: true,
  shares: true,
  cards: true,
});
export type Hardware = z.infer<typeof hardwareSchema>;

/** `machines/ID/snapshots/SNAPSHOT/snapshot.json`: a machine at one moment. Beside it, `console` is what it showed. */
export const snapshotSchema = z.object({
  version: z.literal(SNAPSHOT_VERSION),
  id: layerSchema,
  name: nameSchema,
  note: z.string().max(NOTE_LENGTH),
  createdAt: timeSchema,
  /** The snapshot that it was built on. */
  parent: layerSchema.nullable(),
  hardware: hardwareSchema,
  /** The memory layer; null for one of a machine that was off. */
  memory: layerSchema.nullable(),
  /** What goes on from that memory is still to get an identity of its own. */
  renewed: z.boolean().default(false),
  screen: screenSchema.nullable(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export function hardwareOf(definition: MachineDefinition): Hardware {
  const { processors, memoryBytes, memoryTarget, bootOrder, disks, shares, cards } = definition;
  return { processors, memoryBytes, memoryTarget, bootOrder, disks, shares, cards };
}
