import { z } from 'zod';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import type { Surroundings } from '../surroundings.ts';

const VERSION = 1;

/**
 * `machines/ID/configuration.json`: how the configuration of a machine went, for people who look at it while it does
 * not run. What counts is the mark in its guest, which goes with the guest's disks.
 */
const recordSchema = z.object({
  version: z.literal(VERSION),
  state: z.enum(['done', 'failed', 'left-to-guest']),
  step: z.string().nullable(),
  failure: z.string().nullable(),
});
export type ConfigurationRecord = Omit<z.infer<typeof recordSchema>, 'version'>;

type Around = Pick<Surroundings, 'files' | 'store'>;

/** @returns null when there is none that can be read */
export async function readConfigurationRecord(id: string, around: Around): Promise<ConfigurationRecord | null> {
  const bytes = await around.files.read(pathOf(id, around)).catch(() => null);
  if (bytes === null) return null;
  try {
    const document = decodeDocument(recordSchema, VERSION, 'read how a configuration went', bytes);
    return { state: document.state, step: document.step, failure: document.failure };
  } catch {
    return null;
  }
}

/** @throws AppError */
export async function writeConfigurationRecord(id: string, record: ConfigurationRecord, around: Around): Promise<void> {
  await around.files.writeAtomically(pathOf(id, around), encodeDocument({ version: VERSION, ...record }));
}

function pathOf(id: string, { files, store }: Around): string {
  return files.join(store.folder(id), 'configuration.json');
}
