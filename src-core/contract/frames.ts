import type { ClientMessage, ServerMessage } from './wire.ts';

/**
 * A message as bytes, for transports that carry bytes: `u32 little-endian header length | header JSON | payload`.
 * The payload is the message's `bytes` when it is `data`, and empty otherwise. A WebSocket carries one such frame as
 * one binary message; a stream socket puts `u32 little-endian frame length` before it.
 */

/** What the service takes from a client: inputs are small and data comes in pieces of MAX_DATA_BYTES. */
export const MAX_CLIENT_FRAME_BYTES = 2 * 1024 * 1024;

/** What a client takes from the service: a list of everything there is must fit. */
export const MAX_SERVER_FRAME_BYTES = 32 * 1024 * 1024;

/** The peer sent what is no frame; the connection cannot go on. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const LENGTH_BYTES = 4;
const text = new TextDecoder('utf-8', { fatal: true });
const utf8 = new TextEncoder();

/** @param prefixed with its length before it, for a stream socket. @returns an own copy of the message's bytes */
export function encodeFrame(message: ClientMessage | ServerMessage, prefixed = false): Uint8Array<ArrayBuffer> {
  const payload = message.kind === 'data' ? message.bytes : undefined;
  const header = utf8.encode(JSON.stringify(payload ? { ...message, bytes: undefined } : message));
  const frameLength = LENGTH_BYTES + header.length + (payload?.length ?? 0);
  const start = prefixed ? LENGTH_BYTES : 0;
  const frame = new Uint8Array(start + frameLength);
  const view = new DataView(frame.buffer);
  if (prefixed) view.setUint32(0, frameLength, true);
  view.setUint32(start, header.length, true);
  frame.set(header, start + LENGTH_BYTES);
  if (payload) frame.set(payload, start + LENGTH_BYTES + header.length);
  return frame;
}

/** @returns what the frame holds, still to be checked by a schema. @throws FrameError */
export function decodeFrame(frame: Uint8Array): unknown {
  if (frame.length < LENGTH_BYTES) throw new FrameError('a frame without a header');
  const headerLength = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  const payloadAt = LENGTH_BYTES + headerLength;
  if (payloadAt > frame.length) throw new FrameError('a header longer than its frame');
  const message = parseHeader(frame.subarray(LENGTH_BYTES, payloadAt));
  if (message.kind === 'data') return { ...message, bytes: frame.subarray(payloadAt) };
  if (payloadAt !== frame.length) throw new FrameError('a payload where none belongs');
  return message;
}

function parseHeader(bytes: Uint8Array): { kind?: unknown } {
  try {
    const header: unknown = JSON.parse(text.decode(bytes));
    if (typeof header === 'object' && header !== null) return header;
  } catch {
    // Told below, like any other header that is none.
  }
  throw new FrameError('a header that is no JSON object');
}

/** Cuts the bytes of a stream socket into frames. Memory is bounded by one frame. */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  readonly #prefix = new Uint8Array(LENGTH_BYTES);
  #prefixFilled = 0;
  #frame: Uint8Array | undefined;
  #frameFilled = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** @returns the frames that are complete now. @throws FrameError when one is announced that is too large */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      at += this.#frame === undefined ? this.#fillPrefix(chunk, at) : this.#fillFrame(this.#frame, chunk, at);
      if (this.#frame !== undefined && this.#frameFilled === this.#frame.length) {
        frames.push(this.#frame);
        this.#frame = undefined;
      }
    }
    return frames;
  }

  #fillPrefix(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + LENGTH_BYTES - this.#prefixFilled);
    this.#prefix.set(part, this.#prefixFilled);
    this.#prefixFilled += part.length;
    if (this.#prefixFilled === LENGTH_BYTES) this.#begin(new DataView(this.#prefix.buffer).getUint32(0, true));
    return part.length;
  }

  #begin(frameLength: number): void {
    if (frameLength > this.#maxFrameBytes) throw new FrameError(`a frame of ${frameLength} bytes`);
    this.#prefixFilled = 0;
    this.#frame = new Uint8Array(frameLength);
    this.#frameFilled = 0;
  }

  #fillFrame(frame: Uint8Array, chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + frame.length - this.#frameFilled);
    frame.set(part, this.#frameFilled);
    this.#frameFilled += part.length;
    return part.length;
  }
}
