import { AppError } from '../../base/errors.ts';
import { take, type Blocks } from './blocks.ts';
import { ExtFileSystem } from './ext.ts';
import { FatFileSystem, isFat } from './fat.ts';
import type { FileSystem } from './file-system.ts';

/** What else is known by its first bytes. */
const FOREIGN: readonly (readonly [offset: number, bytes: string, what: string])[] = [
  [0x10040, '_BHRfS_M', 'Btrfs'],
  [0, 'XFSB', 'XFS'],
  [0, 'LUKS\xba\xbe', 'an encrypted volume (LUKS)'],
  [0x218, 'LVM2 001', 'a volume of LVM'],
  [0x400, '\x10\x20\xf5\xf2', 'F2FS'],
  [0, 'hsqs', 'SquashFS'],
  [0x8001, 'CD001', 'ISO 9660'],
  [3, 'NTFS    ', 'NTFS'],
  [3, 'EXFAT   ', 'exFAT'],
];

/**
 * @returns the file system; or the name of one that cannot be read here; or null where there is none that is known
 * @throws AppError 'corrupt'
 */
export function openFileSystem(blocks: Blocks): FileSystem | { readonly foreign: string } | null {
  for (const [offset, magic, foreign] of FOREIGN) if (begins(blocks, offset, magic)) return { foreign };
  if (begins(blocks, 0x438, '\x53\xef')) return openExt(blocks);
  return isFat(blocks) ? new FatFileSystem(blocks) : null;
}

function openExt(blocks: Blocks): FileSystem | { readonly foreign: string } {
  try {
    return new ExtFileSystem(blocks);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-supported') return { foreign: error.because };
    throw error;
  }
}

/** Each character of `magic` stands for one byte. */
function begins(blocks: Blocks, offset: number, magic: string): boolean {
  if (offset + magic.length > blocks.sizeBytes) return false;
  const bytes = take(blocks, offset, magic.length, 'its beginning');
  return bytes.every((byte, at) => byte === magic.charCodeAt(at));
}
