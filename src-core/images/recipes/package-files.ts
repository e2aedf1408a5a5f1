import { collect, corrupt } from '../formats/byte-source.ts';
import type { PackageIndex, PackageRecord } from '../debian/packages.ts';
import { unpackKernel, type KernelPackage } from './kernel-package.ts';
import type { Kitchen } from './recipe.ts';
import { sharedLibraries, type LibrarySet } from './shared-libraries.ts';

const MOST_FILE_BYTES = 64 * 1024 * 1024;
const KERNEL_META_PACKAGE = 'linux-image-riscv64';
const KERNEL_PACKAGE = /^linux-image-[0-9]/;

/** The package of the archive's present kernel. @throws AppError 'corrupt' */
export function kernelPackage(packages: PackageIndex): PackageRecord {
  const meta = packages.get(KERNEL_META_PACKAGE);
  const kernel = packages.dependencies(meta).find((record) => KERNEL_PACKAGE.test(record.name));
  if (kernel === undefined) throw corrupt('the list of packages', `${KERNEL_META_PACKAGE} names no kernel`);
  return kernel;
}

/** Fetches a kernel's package and takes it and some modules out. @throws AppError as `unpackKernel` */
export async function takeKernel(
  { archive, decompress, options }: Kitchen,
  record: PackageRecord,
  modules: readonly string[],
): Promise<KernelPackage> {
  await archive.fetch(record);
  const phase = 'Unpacking the kernel';
  const passed = (bytes: number): void => options.progress({ phase, fraction: Math.min(1, bytes / record.sizeBytes) });
  return await unpackKernel(() => archive.entries(record, passed), modules, decompress, record.name);
}

/** Fetches a package and takes one file out of it. @throws AppError 'corrupt' when it is not there */
export async function takeFile({ archive }: Kitchen, record: PackageRecord, path: RegExp): Promise<Uint8Array> {
  await archive.fetch(record);
  for await (const entry of archive.entries(record)) {
    if (entry.type === 'file' && path.test(entry.path))
      return await collect(entry.content, MOST_FILE_BYTES, record.name);
  }
  throw corrupt(record.name, 'the expected program is not in it');
}

/** What programs need to be loaded. @param records the packages that they are from @throws AppError 'unavailable' */
export function takeLibraries(
  { archive }: Kitchen,
  programs: readonly Uint8Array[],
  records: readonly PackageRecord[],
): Promise<LibrarySet> {
  const names = records.map((record) => record.name);
  const candidates = archive.packages.closure(names).filter((record) => !names.includes(record.name));
  return sharedLibraries(programs, candidates, archive, names.join(' and '));
}
