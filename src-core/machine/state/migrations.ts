import { MACHINE_STATE_VERSION } from './machine-state.ts';

type Document = Readonly<Record<string, unknown>>;

/**
 * What makes a document of one version into one of the next. A damaged one may be anything: what is not as it should be
 * is left as it is, and refused by the schema.
 */
const MIGRATIONS: Readonly<Record<number, (document: Document) => Document>> = {
  1: addGenerationId,
};

/** The document as this version has it. */
export function migrate(version: number, document: unknown): unknown {
  let migrated = document;
  for (let from = version; from < MACHINE_STATE_VERSION; from++) {
    const next = MIGRATIONS[from];
    if (next && isDocument(migrated)) migrated = next(migrated);
  }
  return migrated;
}

/** Version 2 has the generation ID. A guest of version 1 was not told of such a device, and does not look for it. */
function addGenerationId(document: Document): Document {
  const { devices } = document;
  if (!isDocument(devices)) return document;
  return { ...document, devices: { ...devices, generation: { id: '00'.repeat(16), changed: false } } };
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
