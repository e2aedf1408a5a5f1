import { z } from 'zod';
import { bytesSchema, timeSchema } from '../../contract/names.ts';
import type { ImageDocument } from '../../images/image.ts';
import { filesOf } from '../../images/image.ts';
import { MACHINE_STATE_VERSION } from '../../machine/state/machine-state.ts';
import { definedDiskSchema, layerSchema } from '../store/definition.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { RunRecord } from '../store/run-record.ts';

export const BOOTED_VERSION = 1;

/**
 * `images/NAME/booted/KEY/booted.json`: a machine that was made of nothing but the image, from when it had just come up.
 * Beside it, `console` is what it showed. Machines made from the image go on from here instead of booting.
 */
export const bootedSchema = z.object({
  version: z.literal(BOOTED_VERSION),
  /** Which image and hardware it is of; see `keyOf`. */
  key: z.string(),
  createdAt: timeSchema,
  processors: z.number().int(),
  memoryBytes: bytesSchema,
  disks: z.array(definedDiskSchema),
  memory: layerSchema,
});
export type Booted = z.infer<typeof bootedSchema>;

export type BootedHardware = Pick<MachineDefinition, 'processors' | 'memoryBytes'>;

/** The name of a booted snapshot: what is in the image, the hardware, and how Innkeeper writes states. */
export function keyOf(image: ImageDocument, { processors, memoryBytes }: BootedHardware): string {
  const digests = filesOf(image).map(({ sha256 }) => sha256.slice(0, 12));
  // n1: with one network card, in slot 0.
  return ['n1', `v${MACHINE_STATE_VERSION}`, `p${processors}`, `m${memoryBytes / (1024 * 1024)}`, ...digests].join('-');
}

/**
 * Whether a machine is nothing but its image so far: never switched on, no disks, folders or configuration of its own.
 * Only such a one is the same whether it boots or goes on from where another one had booted.
 */
export function isNothingButImage(definition: MachineDefinition, { runningSince, lastEnd }: RunRecord): boolean {
  const { source, disks, shares, cards, bootOrder, configuration, resume, newIdentity, currentSnapshot } = definition;
  const isNew =
    runningSince === null && lastEnd === null && !newIdentity && resume === null && currentSnapshot === null;
  const isPlain = shares.length === 0 && hasOneCard(cards) && bootOrder.length === 0 && configuration === null;
  const { length } = disks;
  const hasOnlyImageDisk = length === 0 || (length === 1 && disks[0]?.own === true && disks[0].slot === 0);
  return source.kind === 'image' && isNew && isPlain && hasOnlyImageDisk && definition.memoryTarget === null;
}

/** As the machine that was booted once had it: what is in its memory knows no other. */
function hasOneCard(cards: MachineDefinition['cards']): boolean {
  return cards.length === 1 && cards[0]?.slot === 0;
}
