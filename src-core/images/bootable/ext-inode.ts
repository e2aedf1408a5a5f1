import { damaged, take, viewOf, type Blocks } from './blocks.ts';
import type { ExtSuper } from './ext-super.ts';

/** Linux, Documentation/filesystems/ext4/inodes.rst. */
const FLAG = { extents: 0x80000, inlineData: 0x10000000, encrypted: 0x800 } as const;
const TYPE = { directory: 0x4000, file: 0x8000, link: 0xa000 } as const;
const MAP_AT = 40;
const MAP_BYTES = 60;
const GROUP_INODE_TABLE_LOW = 8;
const GROUP_INODE_TABLE_HIGH = 40;
const ATTRIBUTE_MAGIC = 0xea02_0000;
/** The namespace "system." of extended attributes. */
const SYSTEM_ATTRIBUTE = 7;

export interface ExtInode {
  readonly type: 'directory' | 'file' | 'link' | 'other';
  readonly sizeBytes: number;
  /** `inline`: the content stands in the inode. */
  readonly layout: 'extents' | 'map' | 'inline';
  /** The 60 bytes that say where the content is, or the content of a short link. */
  readonly map: Uint8Array;
  /** Of inline content what did not fit into `map`. */
  readonly inlineRest: Uint8Array;
}

/** @throws AppError 'corrupt' */
export function readInode(blocks: Blocks, sb: ExtSuper, number: number): ExtInode {
  if (number < 1 || number > sb.inodesCount) throw damaged(`inode ${number} does not exist`);
  const group = Math.floor((number - 1) / sb.inodesPerGroup);
  const wide = sb.hasWideDescriptors;
  const descriptor = viewOf(take(blocks, sb.descriptorAt(group), wide ? 64 : 32, 'a group descriptor'));
  const high = wide ? descriptor.getUint32(GROUP_INODE_TABLE_HIGH, true) : 0;
  const table = high * 2 ** 32 + descriptor.getUint32(GROUP_INODE_TABLE_LOW, true);
  const at = table * sb.blockBytes + ((number - 1) % sb.inodesPerGroup) * sb.inodeBytes;
  return parseInode(take(blocks, at, sb.inodeBytes, 'an inode'));
}

function parseInode(bytes: Uint8Array): ExtInode {
  const view = viewOf(bytes);
  const mode = view.getUint16(0, true) & 0xf000;
  const flags = view.getUint32(32, true);
  if ((flags & FLAG.encrypted) !== 0) throw damaged('a file is encrypted');
  const isInline = (flags & FLAG.inlineData) !== 0;
  return {
    type: mode === TYPE.directory ? 'directory' : mode === TYPE.file ? 'file' : mode === TYPE.link ? 'link' : 'other',
    sizeBytes: view.getUint32(108, true) * 2 ** 32 + view.getUint32(4, true),
    layout: isInline ? 'inline' : (flags & FLAG.extents) !== 0 ? 'extents' : 'map',
    map: bytes.subarray(MAP_AT, MAP_AT + MAP_BYTES),
    inlineRest: isInline ? inlineAttribute(bytes, view) : new Uint8Array(0),
  };
}

/** "Inline Data": what is beyond 60 bytes stands in the attribute "system.data", behind the inode's fields. */
function inlineAttribute(bytes: Uint8Array, view: DataView): Uint8Array {
  const nothing = new Uint8Array(0);
  if (bytes.length <= 132) return nothing;
  const start = 128 + view.getUint16(128, true);
  if (start + 4 > bytes.length || view.getUint32(start, true) !== ATTRIBUTE_MAGIC) return nothing;
  const first = start + 4;
  for (let at = first; at + 16 <= bytes.length && view.getUint32(at, true) !== 0;) {
    const nameBytes = view.getUint8(at);
    const name = String.fromCharCode(...bytes.subarray(at + 16, at + 16 + nameBytes));
    if (view.getUint8(at + 1) === SYSTEM_ATTRIBUTE && name === 'data') {
      const value = first + view.getUint16(at + 2, true);
      const length = view.getUint32(at + 8, true);
      if (value + length > bytes.length) throw damaged('the content in an inode');
      return bytes.subarray(value, value + length);
    }
    at += 16 + Math.ceil(nameBytes / 4) * 4;
  }
  return nothing;
}
