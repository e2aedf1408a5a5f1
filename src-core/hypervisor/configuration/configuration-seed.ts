import { noCloudSeed } from './no-cloud.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { RunDiskSpec } from '../runner.ts';
import type { Surroundings } from '../surroundings.ts';

const LAST_SLOT = 15;
/** Beside the machines' folders: a fork runs before it has one. */
const FOLDER = 'seeds';
const SUFFIX = '.iso';

type Around = Pick<Surroundings, 'files' | 'store' | 'images'>;

/**
 * The disk by which a guest's own cloud-init is configured: for machines whose system was not built by us, and so may
 * have one in place of our agent. It takes the last slot, out of the way of disks that come and go.
 * @returns null when it needs none, or has no slot for it
 * @throws AppError when it cannot be written
 */
export async function planSeed(definition: MachineDefinition, around: Around): Promise<RunDiskSpec | null> {
  const { id, name, disks, configuration } = definition;
  if (disks.some(({ slot }) => slot === LAST_SLOT) || !(await wantsSeed(definition, around))) return null;
  const { files, store } = around;
  const path = files.join(store.folder(FOLDER), id + SUFFIX);
  const userData = configuration?.userData ?? '';
  await files.makeDirectory(store.folder(FOLDER));
  await files.writeAtomically(path, noCloudSeed({ instance: id, hostName: name, userData }));
  return { slot: LAST_SLOT, path, readOnly: true, format: 'raw', own: false };
}

/** Takes away the seeds of machines that are gone. To be called before any machine starts. */
export async function sweepSeeds({ files, store }: Around): Promise<void> {
  const folder = store.folder(FOLDER);
  const owners = new Set((await store.folders()).map((path) => path.slice(-16)));
  for (const name of await files.list(folder)) {
    if (!owners.has(name.replace(SUFFIX, ''))) await files.remove(files.join(folder, name));
  }
}

/** A disk and kernel that somebody brings get one only when there is something to say. */
async function wantsSeed({ source, configuration }: MachineDefinition, { images }: Around): Promise<boolean> {
  if (source.kind === 'files') return configuration !== null;
  const image = await images.find(source.image);
  return image !== null && image.document.origin !== 'built';
}
