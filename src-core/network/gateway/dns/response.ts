import {
  CLASS_INTERNET,
  EDNS_UDP_BYTES,
  encodeName,
  FLAG,
  HEADER_BYTES,
  RCODE,
  readQuestion,
  TYPE,
  viewOf,
  type DnsQuery,
  type DnsQuestion,
  type Edns,
} from './message.ts';

/** One that we make ourselves; its name is the question's unless `name` says another. */
export interface DnsRecord {
  readonly name?: readonly string[];
  readonly type: number;
  readonly ttlSeconds: number;
  readonly data: Uint8Array;
}

export interface DnsResponse {
  /** `RCODE`. */
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
}

/** RFC 1035 §4.1.4: the name of the question, which is the first after the header. */
const QUESTION_NAME = [0xc0, HEADER_BYTES];

export function failure(rcode: number): DnsResponse {
  return { rcode, authoritative: false, answers: [], authority: [] };
}

/** A whole message. */
export function encodeResponse(query: DnsQuery, response: DnsResponse): Uint8Array {
  const { rcode, authoritative, answers, authority } = response;
  const kept = query.flags & (FLAG.opcode | FLAG.recursionDesired | FLAG.checkingDisabled);
  const flags = FLAG.response | kept | FLAG.recursionAvailable | (authoritative ? FLAG.authoritative : 0);
  const additional = query.edns === null ? [] : optRecord(query.edns, rcode);
  const counts = [1, answers.length, authority.length, query.edns === null ? 0 : 1];
  return Uint8Array.from([
    ...[query.id, flags | (rcode & FLAG.rcode), ...counts].flatMap(uint16),
    ...query.question.wire,
    ...[...answers, ...authority].flatMap(encodeRecord),
    ...additional,
  ]);
}

/** To what could not be read: only its id and opcode are known. */
export function encodeMalformed(message: Uint8Array): Uint8Array {
  const response = new Uint8Array(HEADER_BYTES);
  response.set(message.subarray(0, 2));
  const flags = viewOf(message).getUint16(2) & (FLAG.opcode | FLAG.recursionDesired);
  viewOf(response).setUint16(2, FLAG.response | flags | RCODE.malformed);
  return response;
}

/** What is sent instead of an answer that is too long for a datagram: ask again by TCP (RFC 2181 §9). */
export function truncated(query: DnsQuery, answer: Uint8Array): Uint8Array {
  const short = encodeResponse(query, failure(RCODE.ok));
  const view = viewOf(short);
  view.setUint16(2, viewOf(answer).getUint16(2) | FLAG.truncated);
  return short;
}

/**
 * The query as it goes to the next resolver: the question and no more. A guest's own EDNS options (cookies, client
 * subnets) are between it and us.
 */
export function encodeQuery(id: number, { flags, question, edns }: DnsQuery): Uint8Array {
  const kept = flags & (FLAG.recursionDesired | FLAG.checkingDisabled | FLAG.authenticData);
  const opt = edns === null ? [] : optRecord(edns, 0);
  return Uint8Array.from([...[id, kept, 1, 0, 0, edns === null ? 0 : 1].flatMap(uint16), ...question.wire, ...opt]);
}

/** Whether it is a response to just this: its id, and its question but for the case of letters (RFC 5452 §9). */
export function answersQuestion(response: Uint8Array, id: number, question: DnsQuestion): boolean {
  if (response.length < HEADER_BYTES) return false;
  const view = viewOf(response);
  if (view.getUint16(0) !== id || (view.getUint16(2) & (FLAG.response | FLAG.opcode)) !== FLAG.response) return false;
  const asked = readQuestion(response);
  return asked !== null && keyOf(asked) === keyOf(question);
}

/** Equal for questions that ask the same: letters do not differ by case (RFC 4343). */
export function keyOf({ labels, type, class: itsClass }: DnsQuestion): string {
  return `${type} ${itsClass} ${String.fromCharCode(...encodeName(labels.map(lowerCase)))}`;
}

/** Of ASCII alone: other bytes are no letters. */
export function lowerCase(label: string): string {
  return label.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function encodeRecord({ name, type, ttlSeconds, data }: DnsRecord): number[] {
  const owner = name === undefined ? QUESTION_NAME : encodeName(name);
  return [...owner, ...uint16(type), ...uint16(CLASS_INTERNET), ...uint32(ttlSeconds), ...uint16(data.length), ...data];
}

function optRecord({ dnssec }: Edns, rcode: number): number[] {
  const flags = [rcode >> 4, 0, dnssec ? 0x80 : 0, 0];
  return [0, ...uint16(TYPE.opt), ...uint16(EDNS_UDP_BYTES), ...flags, 0, 0];
}

function uint16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

export function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
