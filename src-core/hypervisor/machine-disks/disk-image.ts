import { AppError } from '../../base/errors.ts';
import { FORMAT_HEAD_BYTES, detectFormat } from '../../disks/format.ts';
import type { DiskFormat } from '../../disks/format.ts';
import { clusterBytesOf, parseHeader } from '../../disks/qcow2/header.ts';
import type { FileFacts, Files } from '../../host/files.ts';

const SECTOR_BYTES = 512;

/** A disk file that can be used as it is. */
export interface DiskFacts {
  readonly format: DiskFormat;
  /** What the guest sees. */
  readonly sizeBytes: number;
  /** What the file takes of this computer's disk. */
  readonly usedBytes: number;
  /** The same for two paths that lead to one file. */
  readonly identity: string;
}

interface DiskFile {
  readonly path: string;
  readonly readOnly: boolean;
  /** Known from when it was attached; without it the file is looked at, which is right only before a guest has had it. */
  readonly format?: DiskFormat;
  /** Made by Innkeeper: it may be built on another file. */
  readonly own?: boolean;
}

/**
 * Looks at a file that is to be a disk.
 * @param doing for the failure: "create machine web"
 * @throws AppError 'not-found', 'denied', 'corrupt', 'not-supported', or 'invalid-input' when it is no disk image, and says
 * what it is
 */
export async function inspectDisk(files: Files, doing: string, disk: DiskFile): Promise<DiskFacts> {
  const facts = await inspectFile(files, doing, 'disk', disk.path);
  if (!disk.readOnly && !facts.writable) {
    throw new AppError({
      code: 'denied',
      doing,
      because: `the disk ${disk.path} may not be written`,
      hint: 'Attach it as read-only, or give yourself the right to write it.',
    });
  }
  const format = disk.format ?? (await seenFormat(files, doing, disk.path));
  const sizeBytes = format === 'raw' ? facts.sizeBytes : await qcow2Size(files, doing, disk);
  if (sizeBytes === 0) throw notADisk(doing, disk.path, 'it is empty');
  if (sizeBytes % SECTOR_BYTES !== 0) {
    throw notADisk(doing, disk.path, `its size, ${sizeBytes} bytes, is no multiple of ${SECTOR_BYTES}`);
  }
  return { format, sizeBytes, usedBytes: facts.allocatedBytes, identity: facts.identity };
}

async function seenFormat(files: Files, doing: string, path: string): Promise<DiskFormat> {
  const seen = detectFormat(await files.readRange(path, 0, FORMAT_HEAD_BYTES));
  if ('foreign' in seen) throw notADisk(doing, path, `it is ${seen.foreign}`);
  return seen.format;
}

async function qcow2Size(files: Files, doing: string, { path, readOnly, own }: DiskFile): Promise<number> {
  const refuse = (because: string, hint: string): AppError =>
    new AppError({ code: 'not-supported', doing, because: `the disk ${path} ${because}`, hint, data: { path } });
  const header = await qcow2Header(files, doing, path);
  if (header.backing && own !== true) {
    const hint = 'Make it stand alone first: "qemu-img convert -O qcow2 OLD NEW".';
    throw refuse(`is built on another file, ${header.backing.path}`, hint);
  }
  if (header.snapshotCount > 0 && !readOnly) {
    throw refuse('has internal snapshots', 'Attach it as read-only, or delete them with "qemu-img snapshot -d".');
  }
  return header.sizeBytes;
}

async function qcow2Header(files: Files, doing: string, path: string): Promise<ReturnType<typeof parseHeader>> {
  try {
    const first = await files.readRange(path, 0, FORMAT_HEAD_BYTES);
    return parseHeader(await files.readRange(path, 0, clusterBytesOf(first, path)), path);
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'corrupt' && error.code !== 'not-supported')) throw error;
    const { code, because, hint, data, cause } = error;
    const more = hint === undefined ? {} : { hint };
    throw new AppError({ code, doing, because: `the disk ${path}: ${because}`, ...more, data, cause });
  }
}

function notADisk(doing: string, path: string, because: string): AppError {
  return new AppError({
    code: 'invalid-input',
    doing,
    because: `${path} is not a raw or qcow2 disk image: ${because}`,
    hint: 'Give a raw or qcow2 image; "qemu-img convert -O qcow2" makes one out of others.',
    data: { path },
  });
}

/** @throws AppError when there is no readable file of that kind at the path */
export async function inspectFile(
  files: Files,
  doing: string,
  role: 'kernel' | 'initrd' | 'firmware' | 'disk' | 'machine',
  path: string,
): Promise<FileFacts> {
  const fail = (code: 'invalid-input' | 'not-found' | 'denied', because: string, hint: string): AppError =>
    new AppError({ code, doing, because, hint, data: { path, role } });
  if (!files.isAbsolute(path))
    throw fail('invalid-input', `the path of the ${role}, ${path}, is relative`, 'Give the whole path.');
  const facts = await files.inspect(path);
  if (facts === null) throw fail('not-found', `there is no ${role} at ${path}`, 'Check the path.');
  if (facts.kind !== 'file') throw fail('invalid-input', `the ${role} ${path} is not a file`, 'Check the path.');
  if (!facts.readable)
    throw fail('denied', `the ${role} ${path} may not be read`, 'Give yourself the right to read it.');
  return facts;
}
