import type { GuestRam } from '../guest-ram.ts';

/** virtio 1.3 §2.7.5 "The Virtqueue Descriptor Table". */
const DESCRIPTOR_BYTES = 16;
const FLAG_NEXT = 1;
const FLAG_WRITE = 2;
const FLAG_INDIRECT = 4;

/** A piece of guest RAM that is known to be RAM. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** What the driver put into a queue at once: pieces to read from, then pieces to write to. */
export interface Chain {
  readonly head: number;
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
  readonly readableBytes: number;
  readonly writableBytes: number;
}

export interface ChainSource {
  readonly ram: GuestRam;
  /** Guest physical address of the descriptor table. */
  readonly table: number;
  /** Entries in it. */
  readonly size: number;
  readonly indirect: boolean;
}

class ChainReader {
  readonly readable: Segment[] = [];
  readonly writable: Segment[] = [];
  readableBytes = 0;
  writableBytes = 0;
  readonly #source: ChainSource;

  constructor(source: ChainSource) {
    this.#source = source;
  }

  /** Follows a table from `index`. @returns what is wrong with it, or null */
  follow(table: number, entries: number, index: number, nested: boolean): string | null {
    const { ram, size } = this.#source;
    for (let seen = 0; ; seen++) {
      if (index >= entries) return `descriptor ${index} of ${entries}`;
      if (seen >= entries || seen >= size) return 'a chain that is longer than its queue';
      const at = table + index * DESCRIPTOR_BYTES;
      const address = ram.read64(at);
      const length = ram.read32(at + 8);
      const flags = ram.read16(at + 12);
      if ((flags & FLAG_INDIRECT) !== 0) return this.#followIndirect(address, length, flags, nested);
      const wrong = this.#append(address, length, (flags & FLAG_WRITE) !== 0);
      if (wrong !== null || (flags & FLAG_NEXT) === 0) return wrong;
      index = ram.read16(at + 14);
    }
  }

  #followIndirect(address: number, length: number, flags: number, nested: boolean): string | null {
    const { ram, size, indirect } = this.#source;
    if (!indirect || nested || (flags & FLAG_NEXT) !== 0) return 'an indirect descriptor where there may be none';
    const entries = length / DESCRIPTOR_BYTES;
    if (!Number.isInteger(entries) || entries === 0 || entries > size) return `an indirect table of ${length} bytes`;
    // No alignment is prescribed, but no allocator of any driver gives less than that of a pointer.
    if (address % 4 !== 0) return 'an indirect table that is not aligned';
    if (!ram.contains(address, length)) return 'an indirect table outside memory';
    return this.follow(address, entries, 0, true);
  }

  #append(address: number, length: number, writable: boolean): string | null {
    if (length === 0) return 'a descriptor of no bytes';
    if (!this.#source.ram.contains(address, length)) return 'a descriptor outside memory';
    if (writable) {
      this.writable.push({ address, length });
      this.writableBytes += length;
      return null;
    }
    if (this.writable.length > 0) return 'a descriptor to read behind one to write';
    this.readable.push({ address, length });
    this.readableBytes += length;
    return null;
  }
}

/** Reads the chain that begins at descriptor `head`. @returns the chain, or what is wrong with it */
export function readChain(source: ChainSource, head: number): Chain | string {
  const reader = new ChainReader(source);
  const wrong = reader.follow(source.table, source.size, head, false);
  if (wrong !== null) return wrong;
  const { readable, writable, readableBytes, writableBytes } = reader;
  return { head, readable, writable, readableBytes, writableBytes };
}

/** The part of `segments` between two byte positions; drivers may cut what belongs together anywhere (§2.7.4 "Message Framing"). */
export function cut(segments: readonly Segment[], from: number, to: number): Segment[] {
  const parts: Segment[] = [];
  let position = 0;
  for (const { address, length } of segments) {
    const start = Math.max(from, position);
    const end = Math.min(to, position + length);
    if (start < end) parts.push({ address: address + start - position, length: end - start });
    position += length;
  }
  return parts;
}

/** Copies guest memory out, as far as `into` has room. @returns how many bytes */
export function gather(ram: GuestRam, segments: readonly Segment[], into: Uint8Array): number {
  let position = 0;
  for (const { address, length } of segments) {
    const count = Math.min(length, into.length - position);
    into.set(ram.view(address, count), position);
    position += count;
  }
  return position;
}

/** Copies into guest memory, as far as there are segments. @returns how many bytes */
export function scatter(ram: GuestRam, segments: readonly Segment[], from: Uint8Array): number {
  let position = 0;
  for (const { address, length } of segments) {
    const count = Math.min(length, from.length - position);
    if (count === 0) break;
    ram.write(address, from.subarray(position, position + count));
    position += count;
  }
  return position;
}
