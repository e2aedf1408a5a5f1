/** Addresses as people write them, and as packets carry them. */

/** @returns 4 or 16 bytes; null when the text is no address (RFC 4291 §2.2), or has a scope */
export function parseAddress(text: string): Uint8Array | null {
  return text.includes(':') ? parse6(text) : parse4(text);
}

/** @param bytes 4 or 16. @returns the one canonical form: "10.86.0.2", "fd12::2" (RFC 5952 §4) */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` : format6(bytes);
}

/** @returns null for what is not written as "52:54:00:12:34:56" */
export function parseMac(text: string): Uint8Array | null {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text)) return null;
  return Uint8Array.from(text.split(':'), (byte) => parseInt(byte, 16));
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** @param bytes 6. @returns "52:54:00:12:34:56", in small letters */
export function formatMac(bytes: Uint8Array): string {
  let text = HEX[bytes[0] ?? 0] ?? '';
  for (let at = 1; at < 6; at++) text += `:${HEX[bytes[at] ?? 0] ?? ''}`;
  return text;
}

function parse4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const isSound = parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return isSound ? Uint8Array.from(parts, Number) : null;
}

const GROUPS = 8;

function parse6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (head === null || tail === null) return null;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The last two groups may be written as an IPv4 address: §2.2 (3). */
function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const embedded = last.includes('.') ? parse4(last) : undefined;
  if (embedded === null) return null;
  if (embedded !== undefined) parts.pop();
  if (!parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return null;
  const groups = parts.map((part) => parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0] = embedded ?? [];
  return embedded === undefined ? groups : [...groups, (a << 8) | b, (c << 8) | d];
}

function format6(bytes: Uint8Array): string {
  const group = (at: number): number => ((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0);
  const { start, length } = longestZeros(group);
  let text = '';
  for (let at = 0; at < GROUPS; at++) {
    if (at === start) {
      text += '::';
      at += length - 1;
    } else {
      if (at > 0 && !text.endsWith(':')) text += ':';
      text += group(at).toString(16);
    }
  }
  return text;
}

/** RFC 5952 §4.2: the first of the longest runs of zero groups, and never a single one. */
function longestZeros(group: (at: number) => number): { start: number; length: number } {
  let longest = { start: -1, length: 1 };
  let start = 0;
  for (let at = 0; at < GROUPS; at++) {
    if (group(at) !== 0) start = at + 1;
    else if (at + 1 - start > longest.length) longest = { start, length: at + 1 - start };
  }
  return longest;
}
