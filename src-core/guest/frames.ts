import { FRAME_KIND, HEADER_BYTES, MAX_PAYLOAD_BYTES, SEAL_BYTES, type Frame, type FrameKind } from './protocol.ts';

const LAST_KIND = Math.max(...Object.values(FRAME_KIND));

export function encodeFrame(
  kind: FrameKind,
  session: number,
  channel: number,
  payload: Uint8Array,
  seal: number,
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length + SEAL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint8(1, channel);
  view.setUint32(4, session, true);
  view.setUint32(8, payload.length, true);
  bytes.set(payload, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + payload.length, seal, true);
  return bytes;
}

/** Why the bytes are not frames: `restart` when they look like a side that starts anew. */
export type FrameFault = 'restart' | 'no-frame';

/**
 * Cuts a byte stream into frames. Holds at most one frame; a frame that lies whole in what arrives is not copied.
 */
export class FrameReader {
  readonly #partial = new Uint8Array(HEADER_BYTES + MAX_PAYLOAD_BYTES + SEAL_BYTES);
  #held = 0;
  readonly #seal: number;
  readonly #onFrame: (frame: Frame) => void;

  /** @param seal what every frame must end with: our own nonce */
  constructor(seal: number, onFrame: (frame: Frame) => void) {
    this.#seal = seal;
    this.#onFrame = onFrame;
  }

  /**
   * @param goesOn asked before each frame: false stops, because handling the last one ended the connection
   * @returns undefined, or why reading cannot go on
   */
  push(bytes: Uint8Array, goesOn: () => boolean): FrameFault | undefined {
    let rest = bytes;
    while (rest.length > 0 && goesOn()) {
      if (this.#held > 0) {
        rest = this.#fill(rest);
        const size = this.#sizeOf(this.#partial.subarray(0, this.#held));
        if (typeof size === 'string') return size;
        if (size === undefined || this.#held < size) continue;
        this.#held = 0;
        const fault = this.#take(this.#partial.subarray(0, size));
        if (fault) return fault;
      } else {
        const size = this.#sizeOf(rest);
        if (typeof size === 'string') return size;
        if (size === undefined || rest.length < size) {
          this.#partial.set(rest);
          this.#held = rest.length;
          return undefined;
        }
        const fault = this.#take(rest.subarray(0, size));
        if (fault) return fault;
        rest = rest.subarray(size);
      }
    }
    return undefined;
  }

  /** Moves towards a whole header, then towards a whole frame. @returns what is left */
  #fill(bytes: Uint8Array): Uint8Array {
    const size = this.#sizeOf(this.#partial.subarray(0, this.#held));
    const wanted = (typeof size === 'number' ? size : HEADER_BYTES) - this.#held;
    const taken = bytes.subarray(0, wanted);
    this.#partial.set(taken, this.#held);
    this.#held += taken.length;
    return bytes.subarray(taken.length);
  }

  /** @returns the whole frame's length in bytes; undefined while the header is not there */
  #sizeOf(bytes: Uint8Array): number | undefined | FrameFault {
    const kind = bytes[0] ?? 0;
    // No frame has kind 0: these are the zeros of a side that starts anew.
    if (kind === 0) return 'restart';
    if (kind > LAST_KIND) return 'no-frame';
    if (bytes.length < HEADER_BYTES) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
    const length = view.getUint32(8, true);
    if (length > MAX_PAYLOAD_BYTES || view.getUint16(2, true) !== 0) return 'no-frame';
    return HEADER_BYTES + length + SEAL_BYTES;
  }

  #take(bytes: Uint8Array): FrameFault | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const end = bytes.length - SEAL_BYTES;
    // A cut-off frame whose rest is a newcomer's zeros has no valid seal.
    if (view.getUint32(end, true) !== this.#seal) return view.getUint32(end, true) === 0 ? 'restart' : 'no-frame';
    this.#onFrame({
      kind: view.getUint8(0) as FrameKind,
      channel: view.getUint8(1),
      session: view.getUint32(4, true),
      payload: bytes.subarray(HEADER_BYTES, end),
    });
    return undefined;
  }
}
