import { damaged, viewOf, type Blocks } from './blocks.ts';
import { ExtContent } from './ext-content.ts';
import { readInode, type ExtInode } from './ext-inode.ts';
import { readSuper, type ExtSuper } from './ext-super.ts';
import type { FileSystem } from './file-system.ts';

const ROOT_INODE = 2;
const MOST_DIRECTORY_BYTES = 16 * 1024 * 1024;
const LONGEST_LINK = 4096;
/** As Linux: longer chains are loops. */
const MOST_LINKS = 40;
const SHORT_LINK = 60;
/** Of a directory that stands in its inode, the number of the directory above comes first. */
const INLINE_PARENT_BYTES = 4;

/**
 * ext2, ext3 and ext4. A journal that was not played back is passed over, so what was written just before a crash may
 * be missing. Directories with an index are read one entry after the other: the index looks like entries without a name.
 */
export class ExtFileSystem implements FileSystem {
  readonly kind = 'ext';
  readonly #blocks: Blocks;
  readonly #super: ExtSuper;

  /** @throws AppError 'corrupt', or 'not-supported' whose cause says what it is */
  constructor(blocks: Blocks) {
    this.#blocks = blocks;
    this.#super = readSuper(blocks);
  }

  get uuid(): string {
    return this.#super.uuid;
  }

  list(path: string): readonly string[] | null {
    const inode = this.#find(path);
    return inode?.type === 'directory' ? [...this.#entries(inode).keys()] : null;
  }

  read(path: string, mostBytes: number): Uint8Array | null {
    const inode = this.#find(path);
    return inode?.type === 'file' ? this.#content(inode, mostBytes, path) : null;
  }

  /** Follows a path from the root. Each part may be a link, whose parts then come first. */
  #find(path: string): ExtInode | null {
    const above: number[] = [];
    let at = ROOT_INODE;
    let links = 0;
    const parts = path.split('/');
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        at = above.pop() ?? ROOT_INODE;
        continue;
      }
      const directory = this.#inode(at);
      if (directory.type !== 'directory') return null;
      const number = this.#entries(directory).get(part);
      if (number === undefined) return null;
      const inode = this.#inode(number);
      if (inode.type !== 'link') {
        above.push(at);
        at = number;
        continue;
      }
      if (++links > MOST_LINKS) return null;
      const target = this.#target(inode);
      parts.unshift(...target.split('/'));
      if (!target.startsWith('/')) continue;
      above.length = 0;
      at = ROOT_INODE;
    }
    return this.#inode(at);
  }

  #inode(number: number): ExtInode {
    return readInode(this.#blocks, this.#super, number);
  }

  #target(inode: ExtInode): string {
    const isShort = inode.layout === 'map' && inode.sizeBytes < SHORT_LINK;
    const bytes = isShort ? inode.map.subarray(0, inode.sizeBytes) : this.#content(inode, LONGEST_LINK, 'a link');
    return new TextDecoder().decode(bytes);
  }

  #content(inode: ExtInode, mostBytes: number, what: string): Uint8Array {
    if (inode.sizeBytes > mostBytes) throw damaged(`${what} is too large`);
    return new ExtContent(this.#blocks, this.#super).read(inode);
  }

  /** Names with the numbers of their inodes. */
  #entries(inode: ExtInode): ReadonlyMap<string, number> {
    const bytes = this.#content(inode, MOST_DIRECTORY_BYTES, 'a directory');
    const entries = new Map<string, number>();
    if (inode.layout === 'inline') {
      // What is in the inode's fields and what is in its attribute are two runs of entries.
      readEntries(bytes.subarray(INLINE_PARENT_BYTES, SHORT_LINK), entries);
      readEntries(bytes.subarray(SHORT_LINK), entries);
      return entries;
    }
    const { blockBytes } = this.#super;
    for (let at = 0; at < bytes.length; at += blockBytes) readEntries(bytes.subarray(at, at + blockBytes), entries);
    return entries;
  }
}

/** Linux, Documentation/filesystems/ext4/directory.rst: entries never reach into the next block. */
function readEntries(block: Uint8Array, into: Map<string, number>): void {
  const view = viewOf(block);
  for (let at = 0; at + 8 <= block.length;) {
    const inode = view.getUint32(at, true);
    const told = view.getUint16(at + 4, true);
    // A whole block of 64 KiB does not fit into the field.
    const length = told === 0xffff || told === 0 ? block.length : told;
    // The high byte is the type, or of an old file system part of the length, which never needs it.
    const nameBytes = view.getUint8(at + 6);
    if (length < 8 || at + 8 + nameBytes > block.length) return;
    const name = new TextDecoder().decode(block.subarray(at + 8, at + 8 + nameBytes));
    if (inode !== 0 && name !== '.' && name !== '..') into.set(name, inode);
    at += length;
  }
}
