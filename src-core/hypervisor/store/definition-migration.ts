import { z } from 'zod';
import { machineDiskSchema } from '../../contract/machines.ts';
import type { Files } from '../../host/files.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import { DEFINITION_VERSION, machineDefinitionSchema } from './definition.ts';
import type { MachineDefinition } from './definition.ts';

/** Version 1: disks of its own lay in its folder, and so did a suspended machine's state. */
const OLDER_VERSION = 1;
const OLD_STATE = 'suspended/state';
const OLD_FOLDERS = ['suspended', '.resumed', 'disks'];

const olderSchema = machineDefinitionSchema.extend({
  version: z.literal(OLDER_VERSION),
  disks: z.array(machineDiskSchema),
});
const anyVersion = z.object({ version: z.number() });

/** Where layers lie, as far as moving old files there needs it. */
export interface LayerFolders {
  makeFolders(): Promise<void>;
  diskFile(layer: string): string;
  diskPath(layer: string): string;
  memoryPath(layer: string): string;
}

/**
 * Reads a definition of any version.
 * @returns `older` when it has to be migrated: its own files are then named as layers already
 * @throws AppError 'corrupt', 'not-supported'
 */
export function decodeDefinition(bytes: Uint8Array, doing: string): { definition: MachineDefinition; older: boolean } {
  if (!isOlder(bytes)) {
    return { definition: decodeDocument(machineDefinitionSchema, DEFINITION_VERSION, doing, bytes), older: false };
  }
  const { disks, ...rest } = decodeDocument(olderSchema, DEFINITION_VERSION, doing, bytes);
  const named = disks.map((disk) => (disk.own ? { ...disk, path: `${layerFor(rest.id, disk.path)}.qcow2` } : disk));
  return { definition: { ...rest, version: DEFINITION_VERSION, disks: named }, older: true };
}

/**
 * Moves what a machine of version 1 had in its folder into the pools, and writes its definition anew, last. The names of
 * the layers follow from what was there, so after a crash at any moment it is simply done again.
 * @param folder the machine's @throws AppError
 */
export async function migrate(
  files: Files,
  folder: string,
  document: string,
  layers: LayerFolders,
  doing: string,
): Promise<MachineDefinition> {
  const bytes = await files.read(files.join(folder, document));
  const { definition } = decodeDefinition(bytes, doing);
  const old = decodeDocument(olderSchema, DEFINITION_VERSION, doing, bytes);
  await layers.makeFolders();
  for (const { own, path } of old.disks) {
    if (own) await move(files, files.join(folder, path), layers.diskPath(layerFor(old.id, path)));
  }
  const memory = layerFor(old.id, OLD_STATE);
  await move(files, files.join(folder, OLD_STATE), layers.memoryPath(memory));
  const suspended = (await files.inspect(layers.memoryPath(memory))) !== null;
  const migrated = { ...definition, resume: suspended ? { memory, renewed: false } : null };
  await files.writeAtomically(files.join(folder, document), encodeDocument(migrated));
  for (const name of OLD_FOLDERS) await files.remove(files.join(folder, name)).catch(() => undefined);
  return migrated;
}

async function move(files: Files, from: string, to: string): Promise<void> {
  if ((await files.inspect(from)) === null || (await files.inspect(to)) !== null) return;
  await files.rename(from, to);
}

function isOlder(bytes: Uint8Array): boolean {
  try {
    const parsed = anyVersion.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success && parsed.data.version === OLDER_VERSION;
  } catch {
    return false;
  }
}

/** FNV-1a of 64 bits: a name that is the same each time. */
function layerFor(machine: string, path: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(`${machine}/${path}`)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
