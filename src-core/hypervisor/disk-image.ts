import { AppError } from '../base/errors.ts';
import type { Files } from '../host/files.ts';

const SECTOR_BYTES = 512;
const HEAD_BYTES = 4096;

/** Files that are something else than the blocks of a disk, by their first bytes. */
const FOREIGN: readonly (readonly [offset: number, bytes: string, what: string])[] = [
  [0, 'QFI\xfb', 'a qcow2 image'],
  [0, 'KDMV', 'a VMDK image'],
  [0, '# Disk DescriptorFile', 'the description of a VMDK image'],
  [0x40, '\x7f\x10\xda\xbe', 'a VDI image'],
  [0, 'vhdxfile', 'a VHDX image'],
  [0, 'conectix', 'a VHD image'],
  [0, '\x1f\x8b', 'a gzip file'],
  [0, '\xfd7zXZ\0', 'an xz file'],
  [0, '\x28\xb5\x2f\xfd', 'a zstd file'],
  [0, 'BZh', 'a bzip2 file'],
  [0, 'PK\x03\x04', 'a zip file'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7z file'],
  [0, '\x89PNG', 'a PNG picture'],
  [0, '\xff\xd8\xff', 'a JPEG picture'],
  [0, '%PDF-', 'a PDF document'],
  [0, '\x7fELF', 'an ELF program'],
  [0, '!<arch>', 'a Debian package or archive'],
  [0, '070701', 'a cpio archive'],
  [0x101, 'ustar', 'a tar archive'],
];

/** @returns what the file is by its first bytes, or null when nothing speaks against a raw disk */
export function foreignFormat(head: Uint8Array): string | null {
  for (const [offset, magic, what] of FOREIGN) {
    if (begins(head, offset, magic)) return what;
  }
  return isText(head) ? 'a text file' : null;
}

/** Each character of `magic` stands for one byte. */
function begins(head: Uint8Array, offset: number, magic: string): boolean {
  for (let at = 0; at < magic.length; at++) if (head[offset + at] !== magic.charCodeAt(at)) return false;
  return true;
}

/** A disk that begins with text has a boot sector after it, with zeros; a text file has none. */
function isText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  return head.every((byte) => (byte >= 0x20 && byte !== 0x7f) || (byte >= 0x07 && byte <= 0x0d));
}

/**
 * Looks at a file that is to be a disk.
 * @param doing for the failure: "create machine web"
 * @throws AppError 'not-found', 'denied', or 'invalid-input' when it is no raw image, and says what it is
 */
export async function inspectDisk(
  files: Files,
  doing: string,
  disk: { readonly path: string; readonly readOnly: boolean },
): Promise<{ readonly sizeBytes: number; readonly identity: string }> {
  const facts = await inspectFile(files, doing, 'disk', disk.path);
  if (!disk.readOnly && !facts.writable) {
    throw new AppError({
      code: 'denied',
      doing,
      because: `the disk ${disk.path} may not be written`,
      hint: 'Attach it as read-only, or give yourself the right to write it.',
    });
  }
  const invalid = (because: string): AppError =>
    new AppError({
      code: 'invalid-input',
      doing,
      because: `${disk.path} is not a raw disk image: ${because}`,
      hint: 'Give a raw image; "qemu-img convert -O raw" makes one out of others.',
      data: { path: disk.path, sizeBytes: facts.sizeBytes },
    });
  const what = foreignFormat(await files.readRange(disk.path, 0, HEAD_BYTES));
  if (what !== null) throw invalid(`it is ${what}`);
  if (facts.sizeBytes === 0) throw invalid('it is empty');
  if (facts.sizeBytes % SECTOR_BYTES !== 0)
    throw invalid(`its size, ${facts.sizeBytes} bytes, is no multiple of ${SECTOR_BYTES}`);
  return facts;
}

/** @throws AppError when there is no readable file of that kind at the path */
export async function inspectFile(
  files: Files,
  doing: string,
  role: 'kernel' | 'initrd' | 'firmware' | 'disk',
  path: string,
): Promise<{ readonly sizeBytes: number; readonly identity: string; readonly writable: boolean }> {
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
