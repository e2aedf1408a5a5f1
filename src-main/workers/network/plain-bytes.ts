/**
 * Node's sockets give each piece of what they received memory of its own, so that it can be given away as it is. Not as a
 * `Buffer` though: its `slice` shares memory, where everybody who is given bytes expects a copy.
 */
export function plainBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
