/** DNS messages, RFC 1035 §4. Text is Latin-1 here: a label can hold any byte. */
export const DNS_PORT = 53;
export const HEADER_BYTES = 12;
/** RFC 1035 §4.2.1: without EDNS, over UDP. */
export const PLAIN_UDP_BYTES = 512;
/** What fits every path without fragments; also what others are told that we take (RFC 6891, DNS flag day 2020). */
export const EDNS_UDP_BYTES = 1232;
export const MOST_MESSAGE_BYTES = 65_535;
/** RFC 1035 §2.3.4. */
const MOST_NAME_BYTES = 255;
const MOST_LABEL_BYTES = 63;

export const RCODE = {
  ok: 0,
  malformed: 1,
  failed: 2,
  noSuchName: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
} as const;
export const TYPE = { a: 1, ns: 2, cname: 5, soa: 6, ptr: 12, aaaa: 28, opt: 41, any: 255 } as const;
export const CLASS_INTERNET = 1;
/** Of the second pair of bytes. */
export const FLAG = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
  rcode: 0x000f,
} as const;

export interface DnsQuestion {
  /** As they were written; the root has none. */
  readonly labels: readonly string[];
  readonly type: number;
  readonly class: number;
  /** The question as it is in the message. */
  readonly wire: Uint8Array;
}

/** RFC 6891 §6.1. */
export interface Edns {
  readonly udpBytes: number;
  readonly version: number;
  /** RFC 3225: DNSSEC records are wanted. */
  readonly dnssec: boolean;
}

export interface DnsQuery {
  readonly id: number;
  readonly flags: number;
  readonly question: DnsQuestion;
  readonly edns: Edns | null;
}

/** A message's records are walked, never followed: the work is bounded by its length, whatever its pointers say. */
export interface RecordSpan {
  readonly section: 'answer' | 'authority' | 'additional';
  readonly type: number;
  readonly class: number;
  /** Where its TTL is. */
  readonly ttlAt: number;
  readonly ttl: number;
  readonly dataAt: number;
  readonly dataBytes: number;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The question of a message that asks one.
 * @returns null when it has none or more, or when it is malformed
 */
export function readQuestion(message: Uint8Array): DnsQuestion | null {
  if (message.length < HEADER_BYTES || viewOf(message).getUint16(4) !== 1) return null;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    // There is nothing before the first name that it could point to (§4.1.4).
    if (length === undefined || length > MOST_LABEL_BYTES || at - HEADER_BYTES + length + 1 > MOST_NAME_BYTES)
      return null;
    at++;
    if (length === 0) break;
    if (at + length > message.length) return null;
    labels.push(String.fromCharCode(...message.subarray(at, at + length)));
    at += length;
  }
  if (at + 4 > message.length) return null;
  const view = viewOf(message);
  const wire = message.slice(HEADER_BYTES, at + 4);
  return { labels, type: view.getUint16(at), class: view.getUint16(at + 2), wire };
}

/** All records behind a question. @returns null when one is cut off or its name is none */
export function walkRecords(message: Uint8Array, question: DnsQuestion): RecordSpan[] | null {
  const view = viewOf(message);
  const spans: RecordSpan[] = [];
  let at = HEADER_BYTES + question.wire.length;
  for (const [section, countAt] of [
    ['answer', 6],
    ['authority', 8],
    ['additional', 10],
  ] as const) {
    for (let left = view.getUint16(countAt); left > 0; left--) {
      const span = recordAt(message, view, at, section);
      if (span === null) return null;
      spans.push(span);
      at = span.dataAt + span.dataBytes;
    }
  }
  return spans;
}

function recordAt(
  message: Uint8Array,
  view: DataView,
  start: number,
  section: RecordSpan['section'],
): RecordSpan | null {
  const at = skipName(message, start);
  if (at === null || at + 10 > message.length) return null;
  const dataBytes = view.getUint16(at + 8);
  const dataAt = at + 10;
  if (dataAt + dataBytes > message.length) return null;
  const ttl = view.getUint32(at + 4);
  return { section, type: view.getUint16(at), class: view.getUint16(at + 2), ttlAt: at + 4, ttl, dataAt, dataBytes };
}

/** @returns where a name ends: behind its zero, or behind its pointer */
function skipName(message: Uint8Array, start: number): number | null {
  for (let at = start; at - start < MOST_NAME_BYTES;) {
    const length = message[at];
    if (length === undefined) return null;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > MOST_LABEL_BYTES) return null;
    at += 1 + length;
  }
  return null;
}

/** @returns null for what is none at all: too short, or a response. 'malformed' is answered so */
export function parseQuery(message: Uint8Array): DnsQuery | 'malformed' | null {
  if (message.length < HEADER_BYTES) return null;
  const view = viewOf(message);
  const [id, flags] = [view.getUint16(0), view.getUint16(2)];
  if ((flags & FLAG.response) !== 0) return null;
  const question = readQuestion(message);
  const spans = question === null ? null : walkRecords(message, question);
  if (question === null || spans === null) return 'malformed';
  const options = spans.filter(({ type }) => type === TYPE.opt);
  // RFC 6891 §6.1.1: more than one is an error.
  if (options.length > 1) return 'malformed';
  return { id, flags, question, edns: options[0] === undefined ? null : ednsOf(options[0]) };
}

/** The class is the size, the TTL version and flags: §6.1.3. */
function ednsOf({ class: udpBytes, ttl }: RecordSpan): Edns {
  return { udpBytes: Math.max(udpBytes, PLAIN_UDP_BYTES), version: (ttl >>> 16) & 0xff, dnssec: (ttl & 0x8000) !== 0 };
}

/** @param labels each of at most 63 bytes, together at most 255 */
export function encodeName(labels: readonly string[]): number[] {
  return [...labels.flatMap((label) => [label.length, ...bytesOf(label)]), 0];
}

function bytesOf(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
