import { AppError, assert } from '../../base/errors.ts';

/** Bytes as they come: from a file, the network or a decompressor. */
export type ByteSource = AsyncIterable<Uint8Array>;

/**
 * The failure of every format reader.
 * @param what the thing that is read, "busybox.deb"
 * @param problem "its archive ends early"
 */
export function corrupt(what: string, problem: string, cause?: unknown): AppError {
  return new AppError({
    code: 'corrupt',
    doing: `read ${what}`,
    because: `${what} is damaged: ${problem}`,
    hint: 'Try again; if it stays so, choose another mirror in the settings.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Reads a source in pieces of the reader's choice. Whoever makes one must `close` it. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #what: string;
  #chunk: Uint8Array = new Uint8Array(0);
  #section: Section | undefined;
  #position = 0;

  constructor(source: ByteSource, what: string) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#what = what;
  }

  /** Bytes of the source that were read. */
  get position(): number {
    return this.#position;
  }

  /** Up to `limit` bytes; undefined at the end of the source. */
  async some(limit: number): Promise<Uint8Array | undefined> {
    assert(limit > 0, 'a read asks for at least one byte');
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#chunk = next.value;
    }
    const piece = this.#chunk.subarray(0, limit);
    this.#chunk = this.#chunk.subarray(piece.length);
    this.#position += piece.length;
    return piece;
  }

  /** Exactly `count` bytes, or undefined when the source is at its end. @throws AppError 'corrupt' in between */
  async exactOrEnd(count: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const piece = await this.some(count - filled);
      if (piece === undefined) {
        if (filled === 0) return undefined;
        throw corrupt(this.#what, 'it ends early');
      }
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }

  /** @throws AppError 'corrupt' when the source ends before */
  async exact(count: number): Promise<Uint8Array> {
    const bytes = await this.exactOrEnd(count);
    if (bytes === undefined && count > 0) throw corrupt(this.#what, 'it ends early');
    return bytes ?? new Uint8Array(0);
  }

  /** @throws AppError 'corrupt' when the source ends before */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const piece = await this.some(left);
      if (piece === undefined) throw corrupt(this.#what, 'it ends early');
      left -= piece.length;
    }
  }

  /** The next `size` bytes as a source of their own. Until it is finished, the reader itself stands still. */
  section(size: number): Section {
    assert(this.#section === undefined || this.#section.remaining === 0, 'one section at a time');
    this.#section = new Section(this, size, this.#what);
    return this.#section;
  }

  /** Lets go of the source, so that a file or a decompressor behind it can end. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** A run of bytes of known length within a source. */
export class Section implements ByteSource {
  readonly #reader: ByteReader;
  readonly #what: string;
  #remaining: number;

  constructor(reader: ByteReader, size: number, what: string) {
    this.#reader = reader;
    this.#remaining = size;
    this.#what = what;
  }

  get remaining(): number {
    return this.#remaining;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    while (this.#remaining > 0) {
      const piece = await this.#reader.some(this.#remaining);
      if (piece === undefined) throw corrupt(this.#what, 'it ends early');
      this.#remaining -= piece.length;
      yield piece;
    }
  }

  /** What nobody read of it. */
  async finish(): Promise<void> {
    const left = this.#remaining;
    this.#remaining = 0;
    await this.#reader.skip(left);
  }
}

/** All of a source. @throws AppError 'corrupt' when it is longer than `limit` bytes: a bomb must not fill memory */
export async function collect(source: ByteSource, limit: number, what: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of source) {
    total += piece.length;
    if (total > limit) throw corrupt(what, `it is larger than ${limit} bytes`);
    pieces.push(piece);
  }
  return concatenate(pieces, total);
}

function concatenate(pieces: readonly Uint8Array[], total: number): Uint8Array {
  const all = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Small enough that hashing one does not hold up anything else. */
const PIECE_BYTES = 256 * 1024;

/** Bytes in memory as a source. */
export async function* sourceOf(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  for (const bytes of all) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      yield await Promise.resolve(bytes.subarray(at, at + PIECE_BYTES));
    }
  }
}
