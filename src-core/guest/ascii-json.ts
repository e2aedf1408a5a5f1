/**
 * JSON in ASCII: everything else is written as \uXXXX. So neither side needs a text decoder (QuickJS has none), and
 * bytes that are no text cannot be smuggled in.
 */

const NOT_ASCII = /[\u0080-\uffff]/g;
/** String.fromCharCode takes its characters from the stack. */
const CHARACTERS_AT_ONCE = 4096;

export function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value).replace(NOT_ASCII, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** @returns undefined when the bytes are not ASCII JSON */
export function decodeJson(bytes: Uint8Array): unknown {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHARACTERS_AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHARACTERS_AT_ONCE));
  }
  if (bytes.some((byte) => byte >= 0x80)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
