import { AppError } from '../../base/errors.ts';
import type { BootEntry } from './boot-entry.ts';
import { readExtlinux } from './extlinux.ts';
import type { FileSystem } from './file-system.ts';
import { readGrub } from './grub.ts';
import { readLoaderEntries } from './loader-entries.ts';
import { findPlainKernels } from './plain-kernels.ts';
import type { Volume } from './volume.ts';

const MOST_TEXT_BYTES = 1024 * 1024;
/** Of files in one folder that are looked at. */
const MOST_FILES = 64;

const EXTLINUX_PLACES = ['/boot/extlinux', '/extlinux', '/boot', ''].map((folder) => `${folder}/extlinux.conf`);

/** Ways of boot loaders to say what is to be started, the most telling first. */
const WAYS: readonly ((files: FileSystem) => readonly BootEntry[])[] = [
  (files) => texts(files, EXTLINUX_PLACES, readExtlinux),
  (files) => ['/loader', '/boot/loader'].flatMap((folder) => loaderEntries(files, folder)),
  (files) => texts(files, grubPlaces(files), readGrub),
  (files) => efiKernels(files),
  findPlainKernels,
];

/** What may be started, the best first: each way on all volumes before the next way. */
export function* bootEntries(
  volumes: readonly Volume[],
  problems: string[],
): Generator<{ readonly entry: BootEntry; readonly volume: Volume }> {
  for (const way of WAYS) {
    for (const volume of volumes) {
      for (const entry of attempt(way, volume, problems)) yield { entry, volume };
    }
  }
}

function attempt(
  way: (files: FileSystem) => readonly BootEntry[],
  { files, partition }: Volume,
  problems: string[],
): readonly BootEntry[] {
  try {
    return way(files).slice(0, MOST_FILES);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.push(`partition ${partition.number}: ${error.because}`);
    return [];
  }
}

function texts(
  files: FileSystem,
  paths: readonly string[],
  parse: (text: string, path: string) => readonly BootEntry[],
): readonly BootEntry[] {
  return paths.flatMap((path) => {
    const text = readText(files, path);
    return text === null ? [] : parse(text, path);
  });
}

function loaderEntries(files: FileSystem, folder: string): readonly BootEntry[] {
  const names = (files.list(`${folder}/entries`) ?? []).filter((name) => name.endsWith('.conf')).slice(0, MOST_FILES);
  const entries = names.map((name) => ({ name, text: readText(files, `${folder}/entries/${name}`) ?? '' }));
  return readLoaderEntries(entries, readText(files, `${folder}/loader.conf`) ?? '');
}

function grubPlaces(files: FileSystem): readonly string[] {
  const vendors = (files.list('/EFI') ?? []).slice(0, MOST_FILES).map((name) => `/EFI/${name}`);
  const folders = ['/boot/grub', '/grub', '/boot/grub2', '/grub2', ...vendors];
  return folders.map((folder) => `${folder}/grub.cfg`);
}

/** A kernel with an EFI stub in place of a boot loader, or unified kernel images beside it. */
function efiKernels(files: FileSystem): readonly BootEntry[] {
  const unified = (files.list('/EFI/Linux') ?? []).filter((name) => /\.efi$/i.test(name)).slice(0, MOST_FILES);
  const paths = [...unified.map((name) => `/EFI/Linux/${name}`), '/EFI/BOOT/BOOTRISCV64.EFI'];
  return paths.map((kernel) => ({ kernel, initrds: [], commandLine: '', isIncomplete: true }));
}

function readText(files: FileSystem, path: string): string | null {
  const bytes = files.read(path, MOST_TEXT_BYTES);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}
