import { assert } from '../../base/errors.ts';
import { parseAddress } from './address-text.ts';

/** Addresses that begin alike, RFC 4632 and RFC 4291 §2.3. */
export interface Prefix {
  /** 4 or 16. */
  readonly bytes: Uint8Array;
  /** Bits that count. */
  readonly length: number;
}

/** @param text "10.86.0.0/24", "fd00::/8". @throws BugError for what is none: prefixes are ours, never a guest's */
export function prefixOf(text: string): Prefix {
  const [address = '', length = ''] = text.split('/');
  const bytes = parseAddress(address);
  assert(bytes !== null && /^\d+$/.test(length) && Number(length) <= bytes.length * 8, `${text} is no prefix`);
  return { bytes, length: Number(length) };
}

/** @param address of 4 or 16 bytes; one of the other family lies in no prefix */
export function liesIn(address: Uint8Array, prefix: Prefix): boolean {
  if (address.length !== prefix.bytes.length) return false;
  const whole = prefix.length >> 3;
  for (let at = 0; at < whole; at++) if (address[at] !== prefix.bytes[at]) return false;
  const rest = prefix.length & 7;
  return rest === 0 || ((address[whole] ?? 0) ^ (prefix.bytes[whole] ?? 0)) >> (8 - rest) === 0;
}

/** The last address of an IPv4 prefix: everybody in it, RFC 919. */
export function broadcastOf(prefix: Prefix): Uint8Array {
  return prefix.bytes.map((byte, at) => byte | (0xff >> Math.min(8, Math.max(0, prefix.length - at * 8))));
}
