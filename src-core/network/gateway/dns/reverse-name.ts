import type { Prefix } from '../prefix.ts';
import { liesIn } from '../prefix.ts';

/** What a name below in-addr.arpa or ip6.arpa is about, as far as it lies in a subnet. */
export interface ReverseName {
  /** The name of the reverse zone that answers for it, RFC 6303 §4. */
  readonly zone: readonly string[];
  /** Null where the name is above an address, or below one, or none. */
  readonly address: Uint8Array | null;
  /** Addresses can be below it: it exists (RFC 8020). */
  readonly isAbove: boolean;
}

/** How addresses are written as names: RFC 1035 §3.5, RFC 3596 §2.5. */
const FORMS = [
  { suffix: ['in-addr', 'arpa'], bits: 8, addressLabels: 4, parse: octet },
  { suffix: ['ip6', 'arpa'], bits: 4, addressLabels: 32, parse: nibble },
] as const;

/** @param labels in small letters. @returns null for what is outside of the subnet */
export function reverseNameIn(labels: readonly string[], subnet: Prefix): ReverseName | null {
  const form = FORMS[subnet.bytes.length === 4 ? 0 : 1];
  const parts = labels.slice(0, -2).reverse();
  if (labels.at(-1) !== form.suffix[1] || labels.at(-2) !== form.suffix[0]) return null;
  const zoneLabels = Math.ceil(subnet.length / form.bits);
  const known = parts.slice(0, form.addressLabels).map(form.parse);
  // Names that only begin like addresses can still be below the zone.
  const firstWrong = known.indexOf(null);
  const sound = (firstWrong < 0 ? known : known.slice(0, firstWrong)).map(Number);
  if (sound.length < zoneLabels || !liesIn(bytesOf(sound, form.bits, subnet.bytes.length), subnet)) return null;
  const isWhole = parts.length === form.addressLabels && firstWrong < 0;
  return {
    zone: labels.slice(labels.length - 2 - Math.min(zoneLabels, form.addressLabels - 1)),
    address: isWhole ? bytesOf(sound, form.bits, subnet.bytes.length) : null,
    isAbove: parts.length < form.addressLabels && firstWrong < 0,
  };
}

function bytesOf(values: readonly number[], bits: 8 | 4, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  values.forEach((value, at) => {
    if (bits === 8) bytes[at] = value;
    else bytes[at >> 1] = (bytes[at >> 1] ?? 0) | (value << (at % 2 === 0 ? 4 : 0));
  });
  return bytes;
}

function octet(label: string): number | null {
  return /^(?:0|[1-9]\d{0,2})$/.test(label) && Number(label) <= 255 ? Number(label) : null;
}

function nibble(label: string): number | null {
  return /^[0-9a-f]$/.test(label) ? parseInt(label, 16) : null;
}
