import { assert } from '../../base/errors.ts';

/** Devicetree Specification 0.4, "Flattened Devicetree (DTB) Format". */
const MAGIC = 0xd00d_feed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_BYTES = 40;
/** One entry of zeros: nothing is reserved beside what the nodes say. */
const RESERVATION_BYTES = 16;
const TOKEN = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const;

export type FdtValue = true | string | readonly string[] | readonly number[] | Uint8Array;

/** Properties in order. `true` is an empty property, numbers are 32-bit cells. */
export interface FdtNode {
  readonly properties?: Readonly<Record<string, FdtValue>>;
  readonly children?: Readonly<Record<string, FdtNode>>;
}

/** A 64-bit number as two cells. */
export function cells64(value: number): [number, number] {
  return [Math.floor(value / 0x1_0000_0000), value % 0x1_0000_0000];
}

/** A growing block of big-endian data. */
class Block {
  #bytes = new Uint8Array(4096);
  length = 0;

  cell(value: number): void {
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setUint32(this.length, value);
    this.length += 4;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  align(): void {
    this.bytes(new Uint8Array(-this.length & 3));
  }

  get contents(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + count));
    larger.set(this.contents);
    this.#bytes = larger;
  }
}

class Writer {
  readonly structure = new Block();
  readonly strings = new Block();
  readonly #nameOffsets = new Map<string, number>();

  node(name: string, { properties = {}, children = {} }: FdtNode): void {
    this.structure.cell(TOKEN.beginNode);
    this.structure.bytes(text(name));
    this.structure.align();
    for (const [key, value] of Object.entries(properties)) this.#property(key, value);
    for (const [key, child] of Object.entries(children)) this.node(key, child);
    this.structure.cell(TOKEN.endNode);
  }

  #property(name: string, value: FdtValue): void {
    const bytes = encode(value);
    this.structure.cell(TOKEN.property);
    this.structure.cell(bytes.length);
    this.structure.cell(this.#nameOffset(name));
    this.structure.bytes(bytes);
    this.structure.align();
  }

  #nameOffset(name: string): number {
    const known = this.#nameOffsets.get(name);
    if (known !== undefined) return known;
    const offset = this.strings.length;
    this.#nameOffsets.set(name, offset);
    this.strings.bytes(text(name));
    return offset;
  }
}

/** Writes a device tree as the blob that a kernel or firmware reads. */
export function writeFdt(root: FdtNode): Uint8Array {
  const writer = new Writer();
  writer.node('', root);
  writer.structure.cell(TOKEN.end);
  const { structure, strings } = writer;
  const structureAt = HEADER_BYTES + RESERVATION_BYTES;
  const stringsAt = structureAt + structure.length;
  const blob = new Uint8Array((stringsAt + strings.length + 7) & ~7);
  const header = [
    MAGIC,
    blob.length,
    structureAt,
    stringsAt,
    HEADER_BYTES,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    0,
    strings.length,
    structure.length,
  ];
  const view = new DataView(blob.buffer);
  header.forEach((field, index) => view.setUint32(index * 4, field));
  blob.set(structure.contents, structureAt);
  blob.set(strings.contents, stringsAt);
  return blob;
}

function encode(value: FdtValue): Uint8Array {
  if (value === true) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return text(value);
  const block = new Block();
  for (const item of value) {
    if (typeof item === 'string') block.bytes(text(item));
    else block.cell(item);
  }
  return block.contents;
}

function text(value: string): Uint8Array {
  assert(!value.includes('\0'), 'a device tree string ends at its first NUL');
  return new TextEncoder().encode(`${value}\0`);
}
