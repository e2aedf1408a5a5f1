import { AppError } from '../base/errors.ts';
import type { CreateMachine, MachineDiskView } from '../contract/machines.ts';
import { emptyQcow2 } from '../disks/qcow2/create.ts';
import type { Files } from '../host/files.ts';
import type { MachineDefinition } from './definition.ts';
import { inspectDisk } from './disk-image.ts';
import type { NewFile } from './machine-store.ts';
import type { Surroundings } from './surroundings.ts';

type DefinedDisk = MachineDefinition['disks'][number];
type DiskForMachine = NonNullable<CreateMachine['disks']>[number];

const FOLDER = 'disks';
const MIN_BYTES = 1024 * 1024;
const MAX_BYTES = 16 * 1024 ** 4;
const STEP_BYTES = 512;

/** Disks for a new machine, and the files that have to be made for them in its folder. */
export interface PlannedDisks {
  readonly disks: readonly DefinedDisk[];
  readonly newFiles: readonly NewFile[];
}

/**
 * Looks at the files that are to be disks, and makes the content of new ones: thin images in the machine's own folder.
 * @throws AppError 'invalid-input', 'not-found', 'denied', 'corrupt', 'not-supported'
 */
export async function planDisks(files: Files, doing: string, wanted: readonly DiskForMachine[]): Promise<PlannedDisks> {
  const disks: DefinedDisk[] = [];
  const newFiles: NewFile[] = [];
  for (const [index, disk] of wanted.entries()) {
    if ('path' in disk) {
      const { path, readOnly = false } = disk;
      const { format } = await inspectDisk(files, doing, { path, readOnly });
      disks.push({ slot: index, path, readOnly, format, own: false });
    } else {
      const path = `${FOLDER}/${index}.qcow2`;
      checkSize(doing, disk.sizeBytes);
      newFiles.push({ path, bytes: emptyQcow2({ sizeBytes: disk.sizeBytes }, path) });
      disks.push({ slot: index, path, readOnly: false, format: 'qcow2', own: true });
    }
  }
  return { disks, newFiles };
}

/** Disks with their whole paths: those of its own lie in the machine's folder, wherever the data directory is. */
export function locateDisks(
  { id, disks }: Pick<MachineDefinition, 'id' | 'disks'>,
  { files, store }: Pick<Surroundings, 'files' | 'store'>,
): readonly DefinedDisk[] {
  return disks.map((disk) => (disk.own ? { ...disk, path: files.join(store.folder(id), disk.path) } : disk));
}

/** How large its disks are and what they take; null where a file cannot be read now. */
export async function measureDisks(
  definition: Pick<MachineDefinition, 'id' | 'disks'>,
  around: Pick<Surroundings, 'files' | 'store'>,
): Promise<readonly MachineDiskView[]> {
  return Promise.all(
    locateDisks(definition, around).map(async (disk) => {
      const facts = await inspectDisk(around.files, 'measure a disk', { ...disk, readOnly: true }).catch(() => null);
      return { ...disk, sizeBytes: facts?.sizeBytes ?? null, usedBytes: facts?.usedBytes ?? null };
    }),
  );
}

function checkSize(doing: string, sizeBytes: number): void {
  if (sizeBytes >= MIN_BYTES && sizeBytes <= MAX_BYTES && sizeBytes % STEP_BYTES === 0) return;
  throw new AppError({
    code: 'invalid-input',
    doing,
    because: `${sizeBytes} bytes is no possible size of a disk`,
    hint: 'Give a size from 1 MiB to 16 TiB, in whole sectors of 512 bytes.',
    data: { sizeBytes },
  });
}
