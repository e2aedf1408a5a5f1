import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { bytesSchema, nameSchema, timeSchema } from '../../contract/names.ts';
import { imageDocumentSchema, type ImageDocument } from '../../images/image.ts';
import { decodeDefinition } from '../store/definition-migration.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { SNAPSHOT_VERSION, snapshotSchema } from '../snapshots/snapshot.ts';
import type { Snapshot } from '../snapshots/snapshot.ts';

/**
 * A whole machine as one file is a tar archive. Its first member is `manifest.json`, which holds all documents and lists all
 * other members in their order, each with its length and SHA-256:
 *
 *   disks/LAYER.qcow2     layers of its disks and of its snapshots' disks, as in the pool
 *   memory/LAYER.state    saved memory, of snapshots and of a suspended machine
 *   image/FILE            the image that it is made from: kernel, initrd, disk
 *   source/FILE           kernel, initrd or firmware of a machine that boots files
 *   console, snapshots/ID/console   what its console showed
 *
 * Nothing else is needed to run it. Nothing in it is believed before it was checked: see `planImport`.
 */
export const MANIFEST = 'manifest.json';
const VERSION = 1;
export const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;
const MOST_MEMBERS = 20_000;
/** What stands in place of a digest until the member was read. */
export const NO_DIGEST = '0'.repeat(64);

const memberSchema = z.strictObject({
  path: z.string().regex(/^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}\/){0,2}[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  sizeBytes: bytesSchema,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Member = z.infer<typeof memberSchema>;

export const manifestSchema = z.strictObject({
  format: z.literal('innkeeper-machine'),
  version: z.literal(VERSION),
  writtenBy: z.string().max(100),
  writtenAt: timeSchema,
  /** machine.json, of whatever version. */
  machine: z.unknown(),
  /** snapshot.json of each. */
  snapshots: z.array(z.unknown()).max(MOST_MEMBERS),
  /** image.json of the image that it is made from. */
  image: imageDocumentSchema.nullable(),
  /** What the networks of its cards were called. */
  networks: z
    .array(z.object({ id: z.string(), name: nameSchema }))
    .max(MOST_MEMBERS)
    .default([]),
  members: z.array(memberSchema).max(MOST_MEMBERS),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a file holds, as far as its manifest says. */
export interface MachineFile {
  readonly definition: MachineDefinition;
  readonly snapshots: readonly Snapshot[];
  readonly image: ImageDocument | null;
  readonly networks: readonly { readonly id: string; readonly name: string }[];
  readonly members: readonly Member[];
}

export function encodeManifest(
  { definition, snapshots, image, networks, members }: MachineFile,
  writtenBy: string,
  writtenAt: number,
): Uint8Array {
  const manifest: Manifest = {
    ...{ format: 'innkeeper-machine', version: VERSION, writtenBy, writtenAt },
    ...{ machine: definition, snapshots: [...snapshots], image, networks: [...networks], members: [...members] },
  };
  return encodeDocument(manifest);
}

/** @throws AppError 'corrupt', or 'not-supported' when a newer Innkeeper wrote it */
export function decodeManifest(bytes: Uint8Array, doing: string): MachineFile {
  try {
    const { machine, snapshots, image, networks, members } = decodeDocument(manifestSchema, VERSION, doing, bytes);
    const { definition, older } = decodeDefinition(encodeDocument(machine), doing);
    if (older) throw new AppError({ code: 'corrupt', doing, because: 'its machine is older than such files are' });
    const decoded = snapshots.map((each) =>
      decodeDocument(snapshotSchema, SNAPSHOT_VERSION, doing, encodeDocument(each)),
    );
    return { definition, snapshots: decoded, image, networks, members };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'corrupt') throw error;
    throw damaged(doing, error.because, error);
  }
}

/** The file is damaged, or made to harm. @param because "it is damaged (…)" */
export function damaged(doing: string, because: string, cause?: unknown): AppError {
  const hint = 'Export the machine again, and compare the two files after copying.';
  return new AppError({ code: 'corrupt', doing, because, hint, ...(cause === undefined ? {} : { cause }) });
}
