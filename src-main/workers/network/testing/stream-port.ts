import type { Socket } from 'node:net';
import { CAN, COMPLETE, type Frame, type Offload } from '../../../../src-core/host/frame-port.ts';
import type { CardSpec, SwitchPort } from '../../../../src-core/network/network-runner.ts';

/** Of frames that wait for QEMU to read them. */
const MOST_WAITING_BYTES = 1024 * 1024;
const LENGTH_BYTES = 4;

/** A cable whose other end is a "stream" network back end of QEMU: each frame after its length, big-endian. */
export class StreamPort implements SwitchPort {
  readonly card: CardSpec;
  readonly peerCan = CAN.checksum & 0;
  droppedFrames = 0;
  readonly #socket: Socket;
  readonly #frames: Uint8Array[] = [];
  #partial: Uint8Array = new Uint8Array(0);
  #isFull = false;

  /** @param news is called when there is a frame, or room again */
  constructor(card: CardSpec, socket: Socket, news: () => void) {
    this.card = card;
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      this.#receive(bytes);
      news();
    });
    socket.on('drain', () => {
      if (this.#isFull) news();
      this.#isFull = false;
    });
  }

  send(pieces: readonly Uint8Array[], _offload: Offload): boolean {
    if (this.#socket.writableLength > MOST_WAITING_BYTES) {
      this.#isFull = true;
      return false;
    }
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const head = Buffer.alloc(LENGTH_BYTES);
    head.writeUInt32BE(length);
    this.#socket.write(Buffer.concat([head, ...pieces]));
    return true;
  }

  peek(): Frame | null {
    const [bytes] = this.#frames;
    return bytes === undefined ? null : { bytes, offload: COMPLETE };
  }

  take(): void {
    this.#frames.shift();
  }

  flush(): void {
    // What was sent is on its way already.
  }

  tell(): void {
    // QEMU leaves nothing to others without a header that this back end does not have.
  }

  dropped(): void {
    this.droppedFrames++;
  }

  #receive(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#partial, bytes]);
    let at = 0;
    while (at + LENGTH_BYTES <= all.length && at + LENGTH_BYTES + all.readUInt32BE(at) <= all.length) {
      const end = at + LENGTH_BYTES + all.readUInt32BE(at);
      this.#frames.push(Uint8Array.from(all.subarray(at + LENGTH_BYTES, end)));
      at = end;
    }
    this.#partial = all.subarray(at);
  }
}
