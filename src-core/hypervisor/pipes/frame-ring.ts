import { assert } from '../../base/errors.ts';
import type { Frame, FramePort, Offload } from '../../host/frame-port.ts';
import { LONGEST_FRAME_BYTES } from '../../host/frame-port.ts';
import type { Doorbell } from './doorbell.ts';

/** Words of a ring's head: byte positions that only grow (modulo 2^32), the starving flag, and counters. */
const WRITTEN = 0;
const READ = 1;
/** The writer found no room and waits to be woken. */
const STARVES = 2;
/** Bits of `CAN` that the reader takes unfinished. */
const READER_CAN = 3;
const HEAD_BYTES = 64;

/** Before each frame: its length, then the six fields of `Offload`. A length of 0 means: go on at the start of the ring. */
const RECORD_WORDS = 4;
const RECORD_BYTES = RECORD_WORDS * 4;
const SKIP = 0;

/** Room for some of the longest frames; a power of two. */
const RING_BYTES = 512 * 1024;

/** A cable in shared memory: one ring for each direction. Each end belongs to one thread. */
export interface CableBuffers {
  readonly toNetwork: SharedArrayBuffer;
  readonly toCard: SharedArrayBuffer;
}

export function allocateCable(): CableBuffers {
  const ring = (): SharedArrayBuffer => new SharedArrayBuffer(HEAD_BYTES + RING_BYTES);
  return { toNetwork: ring(), toCard: ring() };
}

/** One end of a cable: it writes to one ring, reads from the other, and rings the bell of the other end's thread. */
export class CableEnd implements FramePort {
  readonly #out: RingWriter;
  readonly #in: RingReader;
  readonly #bell: Doorbell;
  #news = false;

  /** @param bell of the thread that has the other end */
  constructor(cable: CableBuffers, end: 'card' | 'network', bell: Doorbell) {
    this.#out = new RingWriter(end === 'card' ? cable.toNetwork : cable.toCard);
    this.#in = new RingReader(end === 'card' ? cable.toCard : cable.toNetwork);
    this.#bell = bell;
  }

  send(pieces: readonly Uint8Array[], offload: Offload): boolean {
    if (!this.#out.write(pieces, offload)) return false;
    this.#news = true;
    return true;
  }

  peek(): Frame | null {
    return this.#in.peek();
  }

  take(): void {
    if (this.#in.take()) this.#news = true;
  }

  flush(): void {
    if (!this.#news) return;
    this.#news = false;
    this.#bell.ring();
  }

  get peerCan(): number {
    return this.#out.readerCan;
  }

  tell(can: number): void {
    this.#in.tell(can);
  }
}

class Ring {
  protected readonly words: Int32Array;
  protected readonly bytes: Uint8Array;
  protected readonly records: Uint32Array;

  constructor(buffer: SharedArrayBuffer) {
    assert(buffer.byteLength === HEAD_BYTES + RING_BYTES, 'a ring has another size');
    this.words = new Int32Array(buffer, 0, HEAD_BYTES / 4);
    this.bytes = new Uint8Array(buffer, HEAD_BYTES);
    this.records = new Uint32Array(buffer, HEAD_BYTES);
  }

  /** Bytes that were written and not yet read. */
  protected get used(): number {
    return (Atomics.load(this.words, WRITTEN) - Atomics.load(this.words, READ)) >>> 0;
  }
}

class RingWriter extends Ring {
  get readerCan(): number {
    return Atomics.load(this.words, READER_CAN);
  }

  write(pieces: readonly Uint8Array[], offload: Offload): boolean {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    assert(length > 0 && length <= LONGEST_FRAME_BYTES, 'a frame of a length that no cable carries');
    const needed = RECORD_BYTES + padded(length);
    const written = Atomics.load(this.words, WRITTEN) >>> 0;
    const at = written % RING_BYTES;
    const skipped = at + needed > RING_BYTES ? RING_BYTES - at : 0;
    if (!this.#hasRoom(skipped + needed)) return false;
    if (skipped > 0) this.records[at / 4] = SKIP;
    const start = skipped > 0 ? 0 : at;
    this.#record(start / 4, length, offload);
    let position = start + RECORD_BYTES;
    for (const piece of pieces) {
      this.bytes.set(piece, position);
      position += piece.length;
    }
    Atomics.store(this.words, WRITTEN, (written + skipped + needed) | 0);
    return true;
  }

  /** Room made between the first look and the flag would wake nobody: so look again once it is up. */
  #hasRoom(bytes: number): boolean {
    if (RING_BYTES - this.used >= bytes) return true;
    Atomics.store(this.words, STARVES, 1);
    if (RING_BYTES - this.used < bytes) return false;
    Atomics.store(this.words, STARVES, 0);
    return true;
  }

  #record(at: number, length: number, offload: Offload): void {
    const { records } = this;
    records[at] = length;
    records[at + 1] = (offload.flags & 0xff) | ((offload.segmentation & 0xff) << 8) | (offload.headerBytes << 16);
    records[at + 2] = (offload.segmentBytes & 0xffff) | (offload.checksumStart << 16);
    records[at + 3] = offload.checksumOffset & 0xffff;
  }
}

class RingReader extends Ring {
  #length = 0;

  tell(can: number): void {
    Atomics.store(this.words, READER_CAN, can);
  }

  peek(): Frame | null {
    if (this.used === 0) return null;
    let at = (Atomics.load(this.words, READ) >>> 0) % RING_BYTES;
    if (this.records[at / 4] === SKIP) {
      Atomics.add(this.words, READ, RING_BYTES - at);
      at = 0;
    }
    const [length = 0, first = 0, second = 0, third = 0] = this.records.subarray(at / 4, at / 4 + RECORD_WORDS);
    assert(length > 0 && length <= LONGEST_FRAME_BYTES, 'a ring holds what is no frame');
    this.#length = length;
    const from = at + RECORD_BYTES;
    return {
      bytes: this.bytes.subarray(from, from + length),
      offload: {
        flags: first & 0xff,
        segmentation: (first >>> 8) & 0xff,
        headerBytes: first >>> 16,
        segmentBytes: second & 0xffff,
        checksumStart: second >>> 16,
        checksumOffset: third & 0xffff,
      },
    };
  }

  /** @returns whether the writer waits to be told that there is room */
  take(): boolean {
    assert(this.#length > 0, 'nothing was looked at that could be taken');
    Atomics.add(this.words, READ, RECORD_BYTES + padded(this.#length));
    this.#length = 0;
    // Not at every frame: a writer that is woken should find room for many.
    return this.used <= RING_BYTES / 2 && Atomics.exchange(this.words, STARVES, 0) === 1;
  }
}

/** Records begin at multiples of 16, so that one never lies across the ring's end. */
function padded(length: number): number {
  return (length + RECORD_BYTES - 1) & ~(RECORD_BYTES - 1);
}
