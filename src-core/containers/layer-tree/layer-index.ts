import { assert } from '../../base/errors.ts';
import { PackedIndex, type PackedCounts } from './packed-index.ts';

/**
 * What is in a layer, and where in its archive: a file's content is a run of bytes of the uncompressed tar archive. Names
 * have one character for each byte.
 */
export interface LayerIndex {
  /** The first is the root. */
  readonly nodes: readonly LayerNode[];
}

export interface LayerNode {
  /** Type and permissions, inode(7). */
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  readonly sizeBytes: number;
  /** Of a file's content in the archive. */
  readonly offset: number;
  /** Seconds since 1970-01-01 UTC. */
  readonly modifiedAt: number;
  /** Of a device: its numbers as Linux's makedev(3) packs them in 32 bits. */
  readonly device: number;
  /** Of a symbolic link; one character for each byte. */
  readonly target: string;
  /** Extended attributes; values have one character for each byte. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Names that it has. */
  readonly links: number;
  /** Of a directory: the numbers of its nodes by name; null for all else. */
  readonly children: ReadonlyMap<string, number> | null;
}

/** As it is kept beside the archive. */
export function encodeIndex({ nodes }: LayerIndex): Uint8Array {
  const packed = PackedIndex.of(countsOf(nodes));
  let entry = 0;
  let attribute = 0;
  let text = 0;
  const put = (added: string): readonly [number, number] => {
    const run = packed.setText(text, added);
    text += added.length;
    return run;
  };
  for (const [number, node] of nodes.entries()) {
    const children = node.children && [...node.children].sort(([a], [b]) => (a < b ? -1 : 1));
    const attributes = Object.entries(node.attributes);
    packed.setNode(number, {
      ...node,
      entries: children && [entry, children.length],
      attributes: [attribute, attributes.length],
      target: put(node.target),
    });
    for (const [name, child] of children ?? []) packed.setEntry(entry++, put(name), child);
    for (const [name, value] of attributes) packed.setAttribute(attribute++, put(name), put(value));
  }
  return packed.seal();
}

function countsOf(nodes: readonly LayerNode[]): PackedCounts {
  const counts = { nodes: nodes.length, entries: 0, attributes: 0, textBytes: 0 };
  for (const { target, attributes, children } of nodes) {
    counts.textBytes += target.length;
    for (const name of children?.keys() ?? []) counts.textBytes += name.length;
    for (const [name, value] of Object.entries(attributes)) counts.textBytes += name.length + value.length;
    counts.entries += children?.size ?? 0;
    counts.attributes += Object.keys(attributes).length;
  }
  return counts;
}

/** @param what "layer 0123456789ab" @throws AppError 'corrupt' when it is not one, or not of this version */
export function decodeIndex(bytes: Uint8Array, what: string): LayerIndex {
  const packed = PackedIndex.open(bytes, what);
  return { nodes: Array.from({ length: packed.counts.nodes }, (_, number) => nodeOf(packed, number)) };
}

function nodeOf(packed: PackedIndex, number: number): LayerNode {
  const node = packed.node(number);
  assert(node, 'an index has as many nodes as it says');
  const { entries, attributes, target, ...rest } = node;
  const children = entries && numbersFrom(entries).map((at) => packed.entry(at));
  const kept = numbersFrom(attributes).map((at) => packed.attribute(at));
  return {
    ...rest,
    target: packed.text(target),
    attributes: Object.fromEntries(kept.map(({ name, value }) => [name, latin1(value)])),
    children: children && new Map(children.map(({ name, node: child }) => [name, child])),
  };
}

/** Those of a run of records. */
export function numbersFrom([first, count]: readonly [first: number, count: number]): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
