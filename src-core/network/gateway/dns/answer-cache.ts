import { LeastRecent } from '../least-recent.ts';
import { FLAG, RCODE, TYPE, viewOf, walkRecords, type DnsQuestion, type RecordSpan } from './message.ts';

export const MOST_CACHED = 512;
const MOST_CACHED_BYTES = 1024 * 1024;
const LONGEST_CACHED_BYTES = 8 * 1024;
/** This computer's own resolver keeps answers too, and forgets them when it changes networks: so not for long here. */
export const LONGEST_SECONDS = 60;

interface CachedAnswer {
  readonly bytes: Uint8Array;
  readonly records: readonly RecordSpan[];
  readonly storedAt: number;
  readonly until: number;
}

/** Answers of the outside, for as long as they say that they hold. */
export class AnswerCache {
  readonly #now: () => number;
  readonly #answers = new LeastRecent<CachedAnswer>();
  #bytes = 0;

  /** @param now milliseconds that only grow */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A copy, with what is left of its times to live (RFC 1035 §7.4). */
  get(key: string): Uint8Array | null {
    const cached = this.#answers.get(key);
    if (cached === undefined) return null;
    const now = this.#now();
    if (now >= cached.until) {
      this.#drop(key, cached);
      return null;
    }
    const seconds = Math.floor((now - cached.storedAt) / 1000);
    const bytes = cached.bytes.slice();
    const view = viewOf(bytes);
    for (const { type, ttlAt, ttl } of cached.records) {
      if (type !== TYPE.opt) view.setUint32(ttlAt, Math.max(0, ttl - seconds));
    }
    return bytes;
  }

  /** Keeps it if it may be kept. */
  put(key: string, answer: Uint8Array, question: DnsQuestion): void {
    if (answer.length > LONGEST_CACHED_BYTES) return;
    const records = walkRecords(answer, question);
    const seconds = records === null ? 0 : secondsOf(answer, records);
    if (records === null || seconds <= 0) return;
    const before = this.#answers.get(key);
    if (before !== undefined) this.#drop(key, before);
    const now = this.#now();
    this.#answers.set(key, { bytes: answer.slice(), records, storedAt: now, until: now + seconds * 1000 });
    this.#bytes += answer.length;
    while (this.#answers.size > MOST_CACHED || this.#bytes > MOST_CACHED_BYTES) {
      const [eldest, cached] = this.#answers.leastRecent ?? [];
      if (eldest === undefined || cached === undefined) return;
      this.#drop(eldest, cached);
    }
  }

  #drop(key: string, { bytes }: CachedAnswer): void {
    this.#answers.delete(key);
    this.#bytes -= bytes.length;
  }
}

/** How long an answer holds: as long as all of it does. That there is nothing, RFC 2308 §5. */
function secondsOf(answer: Uint8Array, records: readonly RecordSpan[]): number {
  const view = viewOf(answer);
  const flags = view.getUint16(2);
  const rcode = flags & FLAG.rcode;
  if ((flags & FLAG.truncated) !== 0 || (rcode !== RCODE.ok && rcode !== RCODE.noSuchName)) return 0;
  const soa = records.find(({ section, type }) => section === 'authority' && type === TYPE.soa);
  const hasAnswer = records.some(({ section }) => section === 'answer');
  if ((!hasAnswer || rcode === RCODE.noSuchName) && soa === undefined) return 0;
  const minimum =
    soa !== undefined && soa.dataBytes >= 4 ? view.getUint32(soa.dataAt + soa.dataBytes - 4) : LONGEST_SECONDS;
  const times = records.filter(({ type }) => type !== TYPE.opt).map(({ ttl }) => (ttl > 0x7fff_ffff ? 0 : ttl));
  return Math.min(LONGEST_SECONDS, minimum, ...times);
}
