import { assert } from '../../base/errors.ts';

/** What stands at a path of an initramfs. Everything belongs to root. */
export type CpioNode =
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'file'; readonly mode: number; readonly content: Uint8Array }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'character-device'; readonly mode: number; readonly major: number; readonly minor: number };

/** Paths without a leading slash: "usr/bin/busybox". */
export type CpioTree = ReadonlyMap<string, CpioNode>;

const FORMAT_DIRECTORY = 0o040000;
const FORMAT_FILE = 0o100000;
const FORMAT_SYMLINK = 0o120000;
const FORMAT_CHARACTER_DEVICE = 0o020000;
const TRAILER = 'TRAILER!!!';

interface Fields {
  readonly mode: number;
  readonly content: Uint8Array;
  readonly major: number;
  readonly minor: number;
}

/**
 * A cpio archive in the "newc" format, as the kernel unpacks it (Documentation, "initramfs buffer format"). Missing
 * parent directories are made. The same tree gives the same bytes: sorted paths, one time for all, own inode numbers.
 * @param modifiedAt seconds since 1970
 */
export function writeCpio(tree: CpioTree, modifiedAt: number): Uint8Array {
  const complete = withParents(tree);
  const pieces: Uint8Array[] = [];
  let inode = 1;
  for (const path of [...complete.keys()].sort(byBytes)) {
    const node = complete.get(path);
    assert(node !== undefined, 'a key has a value');
    pieces.push(...entry(path, fieldsOf(node), inode++, modifiedAt));
  }
  pieces.push(...entry(TRAILER, { mode: 0, content: new Uint8Array(0), major: 0, minor: 0 }, 0, 0));
  return join(pieces);
}

function withParents(tree: CpioTree): Map<string, CpioNode> {
  const complete = new Map(tree);
  for (const path of tree.keys()) {
    assert(/^[^/\0]+(?:\/[^/\0]+)*$/.test(path), `"${path}" is a path of an archive`);
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (!complete.has(parent)) complete.set(parent, { kind: 'directory', mode: 0o755 });
    }
  }
  return complete;
}

/** UTF-16 order differs from byte order beyond the BMP only, and a parent stands before its children in both. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function fieldsOf(node: CpioNode): Fields {
  const empty = { content: new Uint8Array(0), major: 0, minor: 0 };
  switch (node.kind) {
    case 'directory':
      return { ...empty, mode: FORMAT_DIRECTORY | node.mode };
    case 'file':
      return { ...empty, mode: FORMAT_FILE | node.mode, content: node.content };
    case 'symlink':
      return { ...empty, mode: FORMAT_SYMLINK | 0o777, content: new TextEncoder().encode(node.target) };
    case 'character-device':
      return { ...empty, mode: FORMAT_CHARACTER_DEVICE | node.mode, major: node.major, minor: node.minor };
  }
}

function entry(path: string, fields: Fields, inode: number, modifiedAt: number): Uint8Array[] {
  const name = new TextEncoder().encode(`${path}\0`);
  assert(fields.content.length <= 0xffffffff, 'a file of a newc archive is smaller than 4 GiB');
  const links = (fields.mode & FORMAT_DIRECTORY) !== 0 && (fields.mode & FORMAT_FILE) === 0 ? 2 : 1;
  const { mode, content, major, minor } = fields;
  const numbers = [inode, mode, 0, 0, links, modifiedAt, content.length, 0, 0, major, minor, name.length, 0];
  const header = `070701${numbers.map((value) => value.toString(16).padStart(8, '0')).join('')}`;
  const head = new Uint8Array(align(header.length + name.length));
  head.set(new TextEncoder().encode(header));
  head.set(name, header.length);
  return [head, content, new Uint8Array(align(content.length) - content.length)];
}

function align(bytes: number): number {
  return (bytes + 3) & ~3;
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
