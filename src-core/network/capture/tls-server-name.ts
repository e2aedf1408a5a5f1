import { read16 } from '../wire-format/fields.ts';

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const MOST_EXTENSIONS = 64;

/**
 * The name that a TLS client asks for, RFC 8446 §4.1.2 and RFC 6066 §3.
 * @param data that begins a connection. @returns null when it is something else, or the name is not in it
 */
export function serverNameOf(data: Uint8Array): string | null {
  if (data[0] !== HANDSHAKE || data[1] !== 3 || data[5] !== CLIENT_HELLO || data.length < 44) return null;
  // Record and handshake headers, version, random; then session, ciphers and compressions, each behind its length.
  let at = 5 + 4 + 2 + 32;
  at += 1 + (data[at] ?? 0);
  at += 2 + read16(data, at);
  at += 1 + (data[at] ?? 0);
  at += 2;
  for (let count = 0; count < MOST_EXTENSIONS && at + 4 <= data.length; count++) {
    const bytes = read16(data, at + 2);
    if (read16(data, at) === SERVER_NAME) return nameIn(data.subarray(at + 4, at + 4 + bytes));
    at += 4 + bytes;
  }
  return null;
}

function nameIn(extension: Uint8Array): string | null {
  const length = read16(extension, 3);
  if (extension.length < 5 + length || length === 0 || length > 255) return null;
  const name = String.fromCharCode(...extension.subarray(5, 5 + length));
  return /^[\w.-]+$/.test(name) ? name : null;
}
