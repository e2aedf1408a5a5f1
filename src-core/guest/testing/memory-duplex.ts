import type { ByteDuplex } from '../link.ts';

/** One end of a byte stream in memory: bytes move when the test says so. */
export class MemoryEnd implements ByteDuplex {
  readonly outgoing: Uint8Array[] = [];
  #onData: (bytes: Uint8Array) => void = () => undefined;
  #onDrain: () => void = () => undefined;
  readonly #capacity: number;

  /** @param capacity bytes underway from which `write` says that it is full */
  constructor(capacity = 64 * 1024) {
    this.#capacity = capacity;
  }

  get pendingBytes(): number {
    return this.outgoing.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  write(bytes: Uint8Array): boolean {
    this.outgoing.push(bytes.slice());
    return this.pendingBytes < this.#capacity;
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#onData = handler;
  }

  onDrain(handler: () => void): void {
    this.#onDrain = handler;
  }

  receive(bytes: Uint8Array): void {
    this.#onData(bytes);
  }

  /** @returns everything written so far, which is then no longer underway */
  take(): Uint8Array {
    const all = new Uint8Array(this.pendingBytes);
    let at = 0;
    for (const bytes of this.outgoing.splice(0)) {
      all.set(bytes, at);
      at += bytes.length;
    }
    if (all.length > 0) this.#onDrain();
    return all;
  }
}

/** Moves bytes both ways until nothing is underway. @param pieceBytes how the stream is cut */
export function settle(left: MemoryEnd, right: MemoryEnd, pieceBytes = 4096): void {
  while (left.outgoing.length + right.outgoing.length > 0) {
    deliver(left.take(), right, pieceBytes);
    deliver(right.take(), left, pieceBytes);
  }
}

export function deliver(bytes: Uint8Array, to: MemoryEnd, pieceBytes = 4096): void {
  for (let at = 0; at < bytes.length; at += pieceBytes) to.receive(bytes.slice(at, at + pieceBytes));
}
