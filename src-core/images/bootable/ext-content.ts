import { damaged, mustLieWithin, take, viewOf, type Blocks } from './blocks.ts';
import type { ExtInode } from './ext-inode.ts';
import type { ExtSuper } from './ext-super.ts';

const EXTENT_MAGIC = 0xf30a;
const ENTRY_BYTES = 12;
const DEEPEST = 5;
/** Longer extents are reserved, but hold nothing yet. */
const LONGEST_EXTENT = 32768;
const DIRECT_BLOCKS = 12;
/** Blocks that lead to others. A file of a gigabyte in pieces of one block each needs fewer than a thousand. */
const MOST_NODES = 4096;

/** Reads the content of one inode. Everything that a made-up inode could cost is bounded. */
export class ExtContent {
  readonly #blocks: Blocks;
  readonly #super: ExtSuper;
  #nodes = 0;
  #filled = 0;
  #into: Uint8Array = new Uint8Array(0);

  constructor(blocks: Blocks, sb: ExtSuper) {
    this.#blocks = blocks;
    this.#super = sb;
  }

  /** @throws AppError 'corrupt' */
  read(inode: ExtInode): Uint8Array {
    const { sizeBytes, layout, map } = inode;
    this.#nodes = 0;
    this.#filled = 0;
    this.#into = new Uint8Array(sizeBytes);
    if (layout === 'inline') this.#inline(inode);
    else if (layout === 'extents') this.#extents(map, DEEPEST + 1);
    else this.#map(map);
    return this.#into;
  }

  #inline({ sizeBytes, map, inlineRest }: ExtInode): void {
    const all = new Uint8Array(map.length + inlineRest.length);
    all.set(map);
    all.set(inlineRest, map.length);
    if (sizeBytes > all.length) throw damaged('the content in an inode ends early');
    this.#into.set(all.subarray(0, sizeBytes));
  }

  /** Linux, Documentation/filesystems/ext4/ifork.rst, "Extent Tree". @param above levels that may still come */
  #extents(node: Uint8Array, above: number): void {
    const view = viewOf(node);
    const entries = view.getUint16(2, true);
    const depth = view.getUint16(6, true);
    if (view.getUint16(0, true) !== EXTENT_MAGIC || (entries + 1) * ENTRY_BYTES > node.length)
      throw damaged('an extent');
    if (depth >= above) throw damaged('the depth of its extents');
    for (let index = 0; index < entries; index++) {
      const at = (index + 1) * ENTRY_BYTES;
      if (depth > 0) {
        const child = view.getUint16(at + 8, true) * 2 ** 32 + view.getUint32(at + 4, true);
        this.#extents(this.#node(child), depth);
      } else this.#extent(view, at);
    }
  }

  #extent(view: DataView, at: number): void {
    const count = view.getUint16(at + 4, true);
    if (count > LONGEST_EXTENT) return;
    const start = view.getUint16(at + 6, true) * 2 ** 32 + view.getUint32(at + 8, true);
    this.#fill(view.getUint32(at, true), start, count);
  }

  /** "Direct/Indirect Block Addressing", of ext2 and ext3. */
  #map(map: Uint8Array): void {
    const view = viewOf(map);
    const perNode = this.#super.blockBytes / 4;
    for (let index = 0; index < DIRECT_BLOCKS; index++) this.#mapped(view.getUint32(index * 4, true), index, 0);
    let logical = DIRECT_BLOCKS;
    for (let level = 1; level <= 3; level++) {
      this.#mapped(view.getUint32((DIRECT_BLOCKS + level - 1) * 4, true), logical, level);
      logical += perNode ** level;
    }
  }

  #mapped(block: number, logical: number, level: number): void {
    const { blockBytes } = this.#super;
    if (block === 0 || logical * blockBytes >= this.#into.length) return;
    if (level === 0) {
      this.#fill(logical, block, 1);
      return;
    }
    const view = viewOf(this.#node(block));
    const each = (blockBytes / 4) ** (level - 1);
    for (let index = 0; index < blockBytes / 4; index++) {
      if ((logical + index * each) * blockBytes >= this.#into.length) return;
      this.#mapped(view.getUint32(index * 4, true), logical + index * each, level - 1);
    }
  }

  #node(block: number): Uint8Array {
    if (++this.#nodes > MOST_NODES) throw damaged('a file is in too many pieces');
    return take(this.#blocks, block * this.#super.blockBytes, this.#super.blockBytes, 'a part of a file');
  }

  /** Blocks of the disk become blocks of the content, as far as there is content. */
  #fill(logical: number, start: number, count: number): void {
    const { blockBytes } = this.#super;
    const from = logical * blockBytes;
    const length = Math.min(count * blockBytes, this.#into.length - from);
    if (length <= 0) return;
    this.#filled += length;
    if (this.#filled > this.#into.length) throw damaged('two parts of a file are the same part');
    mustLieWithin(this.#blocks, start * blockBytes, length, 'a part of a file');
    this.#blocks.read(this.#into.subarray(from, from + length), start * blockBytes);
  }
}
