import { joinBytes } from '../../src-core/base/join-bytes.ts';

/**
 * Keeps a pcap file that comes in pieces, by whole records, so that the oldest can be dropped and what is left is a
 * file still. draft-ietf-opsawg-pcap, "File Header" and "Packet Record".
 */
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MICROSECONDS_MAGIC = 0xa1b2c3d4;
const NANOSECONDS_MAGIC = 0xa1b23c4d;

export class PcapRecords {
  readonly #most: number;
  #header: Uint8Array | null = null;
  #littleEndian = true;
  /** Of the fraction of a second in a record's time. */
  #perMs = 1000;
  #rest: Uint8Array = new Uint8Array(0);
  #records: Uint8Array[] = [];
  #bytes = 0;
  #dropped = 0;

  /** @param most bytes of records; the oldest go first */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#records.length;
  }

  /** Of records that had to go. */
  get dropped(): number {
    return this.#dropped;
  }

  push(piece: Uint8Array): void {
    this.#rest = joinBytes([this.#rest, piece]);
    if (this.#header === null && !this.#takeHeader()) return;
    let at = 0;
    for (let length = this.#recordBytes(at); length !== null; length = this.#recordBytes(at)) {
      this.#keep(this.#rest.slice(at, at + length));
      at += length;
    }
    this.#rest = this.#rest.slice(at);
  }

  /** Forgets the packets up to now. */
  clear(): void {
    this.#records = [];
    this.#bytes = 0;
    this.#dropped = 0;
  }

  /** @returns a pcap file; null before anything came */
  file(): Uint8Array<ArrayBuffer> | null {
    return this.#header === null ? null : joinBytes([this.#header, ...this.#records]);
  }

  /** The bytes of a packet of this time and whole length, the last that there is; null for none. @param at in ms */
  find(at: number, bytes: number): Uint8Array | null {
    const found = this.#records.findLast((record) => {
      const view = viewOf(record);
      const time = view.getUint32(0, this.#littleEndian) * 1000 + view.getUint32(4, this.#littleEndian) / this.#perMs;
      return view.getUint32(12, this.#littleEndian) === bytes && Math.abs(time - at) < 1;
    });
    return found?.subarray(RECORD_HEADER_BYTES) ?? null;
  }

  #takeHeader(): boolean {
    if (this.#rest.length < FILE_HEADER_BYTES) return false;
    this.#header = this.#rest.slice(0, FILE_HEADER_BYTES);
    const magic = viewOf(this.#header).getUint32(0);
    this.#littleEndian = magic !== MICROSECONDS_MAGIC && magic !== NANOSECONDS_MAGIC;
    const nanoseconds = viewOf(this.#header).getUint32(0, this.#littleEndian) === NANOSECONDS_MAGIC;
    this.#perMs = nanoseconds ? 1_000_000 : 1000;
    this.#rest = this.#rest.slice(FILE_HEADER_BYTES);
    return true;
  }

  /** @returns how long the record at `at` is; null when it is not all there */
  #recordBytes(at: number): number | null {
    if (this.#rest.length < at + RECORD_HEADER_BYTES) return null;
    const length = RECORD_HEADER_BYTES + viewOf(this.#rest).getUint32(at + 8, this.#littleEndian);
    return this.#rest.length < at + length ? null : length;
  }

  #keep(record: Uint8Array): void {
    this.#records.push(record);
    this.#bytes += record.length;
    while (this.#bytes > this.#most) {
      this.#bytes -= this.#records.shift()?.length ?? this.#bytes;
      this.#dropped += 1;
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
