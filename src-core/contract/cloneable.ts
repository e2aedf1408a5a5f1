import type { ClientMessage, ServerMessage } from './wire.ts';

/**
 * Makes a message fit for structured cloning, which copies a view's whole buffer and keeps shared memory shared:
 * data gets a buffer of exactly its own bytes.
 */
export function cloneable<M extends ClientMessage | ServerMessage>(message: M): M {
  if (message.kind !== 'data') return message;
  const { bytes } = message;
  if (
    bytes.constructor === Uint8Array &&
    bytes.buffer instanceof ArrayBuffer &&
    bytes.buffer.byteLength === bytes.length
  ) {
    return message;
  }
  return { ...message, bytes: new Uint8Array(bytes) };
}
