import { FileError, NAME_MOST_BYTES } from './shared-folder.ts';

/** Values above are no offset, node or handle of ours: what is read is then not exact, and refused all the same. */
const HIGH = 0x1_0000_0000;

/** struct fuse_in_header. */
export interface RequestHeader {
  readonly length: number;
  readonly opcode: number;
  /** Given back with the reply, as it came: two words. */
  readonly unique: readonly [number, number];
  readonly node: number;
}

export function readHeader(bytes: Uint8Array): RequestHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    length: view.getUint32(0, true),
    opcode: view.getUint32(4, true),
    unique: [view.getUint32(8, true), view.getUint32(12, true)],
    node: view.getUint32(16, true) + view.getUint32(20, true) * HIGH,
  };
}

/** Reads what stands behind the header, from front to back. Whatever is not there is the guest's mistake: EINVAL. */
export class RequestBody {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Exact below 2^53. */
  u64(): number {
    const at = this.#take(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * HIGH;
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** Bytes up to the next NUL, which is taken too. */
  text(): Uint8Array {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new FileError('EINVAL');
    const text = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** One component of a path, with one character for each byte. Never one that leads elsewhere. */
  name(): string {
    const bytes = this.text();
    if (bytes.length > NAME_MOST_BYTES) throw new FileError('ENAMETOOLONG');
    const name = String.fromCharCode(...bytes);
    if (name === '' || name === '.' || name === '..' || name.includes('/')) throw new FileError('EINVAL');
    return name;
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw new FileError('EINVAL');
    this.#at = at + bytes;
    return at;
  }
}
