/** A value under a key; of several, the one with the lowest priority comes first. */
export interface IndexEntry {
  readonly key: string;
  readonly value: string;
  readonly priority: number;
}

/** kmod, libkmod/libkmod-index.c: "BOOTFAST", version 2.1. */
const MAGIC = 0xb007_f457;
const VERSION = 0x0002_0001;
const NODE_PREFIX = 0x8000_0000;
const NODE_VALUES = 0x4000_0000;
const NODE_CHILDREN = 0x2000_0000;

interface TrieNode {
  /** What all keys below share, beyond the character that leads here. */
  prefix: string;
  readonly children: Map<number, TrieNode>;
  values: { readonly value: string; readonly priority: number }[];
}

/**
 * An index as modprobe searches it (`modules.dep.bin` and its like; kmod, libkmod/libkmod-index.h, "The index file maps
 * keys to values"): a radix tree, children before their parents, offsets with flags for what a node has.
 * @param entries keys are ASCII
 */
export function kmodIndex(entries: readonly IndexEntry[]): Uint8Array {
  const root = node('');
  for (const entry of entries) insert(root, entry);
  const out = new ByteWriter();
  out.number(MAGIC);
  out.number(VERSION);
  out.number(0);
  out.patch(8, write(root, out));
  return out.bytes();
}

function node(prefix: string): TrieNode {
  return { prefix, children: new Map(), values: [] };
}

function insert(root: TrieNode, { key, value, priority }: IndexEntry): void {
  let at = 0;
  for (let current = root; ;) {
    const shared = sharedLength(current.prefix, key, at);
    if (shared < current.prefix.length) split(current, shared);
    at += shared;
    if (at === key.length) {
      current.values.push({ value, priority });
      current.values.sort((a, b) => a.priority - b.priority);
      return;
    }
    const next = key.charCodeAt(at++);
    const child = current.children.get(next);
    if (child === undefined) {
      const leaf = node(key.slice(at));
      leaf.values.push({ value, priority });
      current.children.set(next, leaf);
      return;
    }
    current = child;
  }
}

function sharedLength(prefix: string, key: string, at: number): number {
  let shared = 0;
  while (shared < prefix.length && prefix[shared] === key[at + shared]) shared++;
  return shared;
}

/** What comes after the first `length` characters of its prefix becomes a child. */
function split(parent: TrieNode, length: number): void {
  const rest = node(parent.prefix.slice(length + 1));
  for (const [letter, child] of parent.children) rest.children.set(letter, child);
  rest.values = parent.values;
  parent.children.clear();
  parent.children.set(parent.prefix.charCodeAt(length), rest);
  parent.values = [];
  parent.prefix = parent.prefix.slice(0, length);
}

/** @returns where it was written, with its flags */
function write(current: TrieNode, out: ByteWriter): number {
  const letters = [...current.children.keys()].sort((a, b) => a - b);
  const first = letters[0] ?? 0;
  const last = letters.at(-1) ?? 0;
  const offsets = letters.map((letter) => write(current.children.get(letter) ?? node(''), out));
  const at = out.length;
  let flags = 0;
  if (current.prefix !== '') {
    out.text(current.prefix);
    flags |= NODE_PREFIX;
  }
  if (letters.length > 0) {
    out.byte(first);
    out.byte(last);
    for (let letter = first; letter <= last; letter++) out.number(offsets[letters.indexOf(letter)] ?? 0);
    flags |= NODE_CHILDREN;
  }
  if (current.values.length > 0) {
    out.number(current.values.length);
    for (const { value, priority } of current.values) {
      out.number(priority);
      out.text(value);
    }
    flags |= NODE_VALUES;
  }
  return (at | flags) >>> 0;
}

/** Grows as it is written; numbers have 32 bits, the highest first. */
class ByteWriter {
  #bytes = new Uint8Array(64 * 1024);
  length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  number(value: number): void {
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setUint32(this.length, value);
    this.length += 4;
  }

  /** Ended by NUL. */
  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#reserve(bytes.length + 1);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    this.byte(0);
  }

  patch(at: number, value: number): void {
    new DataView(this.#bytes.buffer).setUint32(at, value);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
