/** What a file is by its first bytes. */
export type DiskFormat = 'raw' | 'qcow2';

/** So many of a file's first bytes decide. */
export const FORMAT_HEAD_BYTES = 4096;

const QCOW2_MAGIC = 'QFI\xfb';

/** Files that are something else than a disk that we can use. */
const FOREIGN: readonly (readonly [offset: number, bytes: string, what: string])[] = [
  [0, 'QED\0', 'a QED image'],
  [0, 'KDMV', 'a VMDK image'],
  [0, 'COWD', 'a VMDK image'],
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

/**
 * Only for a file that a person hands over for the first time. What a guest has written must never be looked at in
 * this way: it could turn its raw disk into a qcow2 whose backing file is any file of this computer.
 * @returns the format; or `foreign` with what it is instead
 */
export function detectFormat(head: Uint8Array): { format: DiskFormat } | { foreign: string } {
  if (begins(head, 0, QCOW2_MAGIC)) {
    const version = new DataView(head.buffer, head.byteOffset, head.length).getUint32(4);
    return version === 1 ? { foreign: 'a qcow image of version 1' } : { format: 'qcow2' };
  }
  for (const [offset, magic, what] of FOREIGN) {
    if (begins(head, offset, magic)) return { foreign: what };
  }
  return isText(head) ? { foreign: 'a text file' } : { format: 'raw' };
}

/** Each character of `magic` stands for one byte. */
function begins(head: Uint8Array, offset: number, magic: string): boolean {
  if (head.length < offset + Math.max(magic.length, offset === 0 ? 8 : 0)) return false;
  for (let at = 0; at < magic.length; at++) if (head[offset + at] !== magic.charCodeAt(at)) return false;
  return true;
}

/** A disk that begins with text has a boot sector after it, with zeros; a text file has none. */
function isText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  return head.every((byte) => (byte >= 0x20 && byte !== 0x7f) || (byte >= 0x07 && byte <= 0x0d));
}
