import { AppError } from '../../base/errors.ts';

/** "INNLAYER", and the version of the form. */
const MAGIC = [0x494e_4e4c, 0x4159_4552] as const;
const VERSION = 2;
const HEADER_BYTES = 32;
const CHECKED_FROM = 16;
/** Sizes of what stands behind the header, in this order; then comes text, filled up to whole words. */
const NODE_BYTES = 64;
const ENTRY_BYTES = 12;
const ATTRIBUTE_BYTES = 16;
const NO_DIRECTORY = 0xffff_ffff;
const SPREADING = 0x9e37_79b1;

/** How many of each there are. */
export interface PackedCounts {
  readonly nodes: number;
  /** Names in directories. */
  readonly entries: number;
  readonly attributes: number;
  /** Of names, targets and attributes. */
  readonly textBytes: number;
}

export interface PackedNode {
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  readonly device: number;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly modifiedAt: number;
  readonly links: number;
  /** Its entries, those of a directory by name: the first, and how many; null for what is none. */
  readonly entries: readonly [first: number, count: number] | null;
  readonly target: readonly [at: number, length: number];
  readonly attributes: readonly [first: number, count: number];
}

type TextRun = readonly [at: number, length: number];

/**
 * An index of a layer as it lies in its file, little-endian: it is used in place, so that to open one costs no more than
 * its checksum, however many files the layer has. Text has one character for each byte.
 */
export class PackedIndex {
  readonly bytes: Uint8Array;
  readonly counts: PackedCounts;
  readonly #view: DataView;
  readonly #entriesAt: number;
  readonly #attributesAt: number;
  readonly #textAt: number;

  private constructor(bytes: Uint8Array, counts: PackedCounts) {
    this.bytes = bytes;
    this.counts = counts;
    this.#view = viewOf(bytes);
    this.#entriesAt = HEADER_BYTES + counts.nodes * NODE_BYTES;
    this.#attributesAt = this.#entriesAt + counts.entries * ENTRY_BYTES;
    this.#textAt = this.#attributesAt + counts.attributes * ATTRIBUTE_BYTES;
  }

  /** Room for one that is to be written. */
  static of(counts: PackedCounts): PackedIndex {
    return new PackedIndex(new Uint8Array(sizeOf(counts)), counts);
  }

  /** @param what "layer 0123456789ab" @throws AppError 'corrupt' when it is not one, or not of this version */
  static open(bytes: Uint8Array, what: string): PackedIndex {
    const view = viewOf(bytes);
    if (
      bytes.length >= HEADER_BYTES &&
      MAGIC.every((word, index) => view.getUint32(index * 4) === word) &&
      view.getUint32(8, true) === VERSION &&
      view.getUint32(12, true) === checksum(view)
    ) {
      const at = (index: number): number => view.getUint32(CHECKED_FROM + index * 4, true);
      const counts = { nodes: at(0), entries: at(1), attributes: at(2), textBytes: at(3) };
      if (counts.nodes > 0 && sizeOf(counts) === bytes.length) return new PackedIndex(bytes, counts);
    }
    throw new AppError({
      code: 'corrupt',
      doing: `read ${what}`,
      because: 'its index is damaged',
      hint: 'Remove the image and get it again.',
    });
  }

  node(number: number): PackedNode | undefined {
    if (number >= this.counts.nodes) return undefined;
    const at = HEADER_BYTES + number * NODE_BYTES;
    const u32 = (offset: number): number => this.#view.getUint32(at + offset, true);
    const f64 = (offset: number): number => this.#view.getFloat64(at + offset, true);
    const u16 = (offset: number): number => this.#view.getUint16(at + offset, true);
    return {
      ...{ mode: u32(0), owner: u32(4), group: u32(8), device: u32(12) },
      ...{ sizeBytes: f64(16), offset: f64(24), modifiedAt: f64(32), links: u32(40) },
      entries: u32(48) === NO_DIRECTORY ? null : [u32(44), u32(48)],
      target: [u32(52), u16(56)],
      attributes: [u32(60), u16(58)],
    };
  }

  setNode(number: number, node: PackedNode): void {
    const at = HEADER_BYTES + number * NODE_BYTES;
    const { entries, target, attributes } = node;
    const words = [node.mode, node.owner, node.group, node.device];
    for (const [index, word] of words.entries()) this.#view.setUint32(at + index * 4, word, true);
    for (const [index, value] of [node.sizeBytes, node.offset, node.modifiedAt].entries())
      this.#view.setFloat64(at + 16 + index * 8, value, true);
    const places = [node.links, entries?.[0] ?? 0, entries?.[1] ?? NO_DIRECTORY, target[0]];
    for (const [index, word] of places.entries()) this.#view.setUint32(at + 40 + index * 4, word, true);
    this.#view.setUint16(at + 56, target[1], true);
    this.#view.setUint16(at + 58, attributes[1], true);
    this.#view.setUint32(at + 60, attributes[0], true);
  }

  /** @param number from 0 to `counts.entries` */
  entry(number: number): { readonly name: string; readonly node: number } {
    const at = this.#entriesAt + number * ENTRY_BYTES;
    return { name: this.text(this.#run(at)), node: this.#view.getUint32(at + 8, true) };
  }

  setEntry(number: number, [nameAt, nameLength]: TextRun, node: number): void {
    const at = this.#entriesAt + number * ENTRY_BYTES;
    for (const [index, word] of [nameAt, nameLength, node].entries()) this.#view.setUint32(at + index * 4, word, true);
  }

  /** The node with this name in a directory. */
  find({ entries }: PackedNode, name: string): number | undefined {
    if (entries === null) return undefined;
    let [low, high] = [entries[0], entries[0] + entries[1]];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.#entriesAt + middle * ENTRY_BYTES;
      const order = this.#compare(this.#run(at), name);
      if (order === 0) return this.#view.getUint32(at + 8, true);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  attribute(number: number): { readonly name: string; readonly value: Uint8Array } {
    const at = this.#attributesAt + number * ATTRIBUTE_BYTES;
    return { name: this.text(this.#run(at)), value: this.textBytes(this.#run(at + 8)) };
  }

  setAttribute(number: number, name: TextRun, value: TextRun): void {
    const at = this.#attributesAt + number * ATTRIBUTE_BYTES;
    for (const [index, word] of [...name, ...value].entries()) this.#view.setUint32(at + index * 4, word, true);
  }

  textBytes([at, length]: TextRun): Uint8Array {
    return this.bytes.slice(this.#textAt + at, this.#textAt + at + length);
  }

  text([at, length]: TextRun): string {
    let text = '';
    for (let index = 0; index < length; index++) text += String.fromCharCode(this.#byte(at + index));
    return text;
  }

  setText(at: number, text: string): TextRun {
    for (let index = 0; index < text.length; index++) this.bytes[this.#textAt + at + index] = text.charCodeAt(index);
    return [at, text.length];
  }

  /** All of it is there. */
  seal(): Uint8Array {
    const { nodes, entries, attributes, textBytes } = this.counts;
    for (const [index, word] of MAGIC.entries()) this.#view.setUint32(index * 4, word);
    this.#view.setUint32(8, VERSION, true);
    for (const [index, count] of [nodes, entries, attributes, textBytes].entries())
      this.#view.setUint32(CHECKED_FROM + index * 4, count, true);
    this.#view.setUint32(12, checksum(this.#view), true);
    return this.bytes;
  }

  #run(at: number): TextRun {
    return [this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true)];
  }

  #byte(at: number): number {
    return this.bytes[this.#textAt + at] ?? 0;
  }

  #compare([at, length]: TextRun, name: string): number {
    const both = Math.min(length, name.length);
    for (let index = 0; index < both; index++) {
      const difference = this.#byte(at + index) - name.charCodeAt(index);
      if (difference !== 0) return difference;
    }
    return length - name.length;
  }
}

function sizeOf({ nodes, entries, attributes, textBytes }: PackedCounts): number {
  const records = nodes * NODE_BYTES + entries * ENTRY_BYTES + attributes * ATTRIBUTE_BYTES;
  return HEADER_BYTES + records + Math.ceil(textBytes / 4) * 4;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Against a disk that lies, not against people: word by word, because the thread of a machine waits for it. */
function checksum(view: DataView): number {
  let sum = 0;
  for (let at = CHECKED_FROM; at + 4 <= view.byteLength; at += 4) {
    sum = Math.imul(sum ^ view.getUint32(at, true), SPREADING);
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}
