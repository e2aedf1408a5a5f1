import type { HostNetwork } from '../../host-network.ts';
import { AnswerCache } from './answer-cache.ts';
import { GuestLimits } from './guest-limits.ts';
import { LocalZones, type ZoneSituation } from './local-zones.ts';
import { CLASS_INTERNET, FLAG, parseQuery, RCODE, TYPE, viewOf, walkRecords, type DnsQuery } from './message.ts';
import { answersQuestion, encodeMalformed, encodeQuery, encodeResponse, failure, keyOf } from './response.ts';

/** RFC 6895 §3.1: types that are no data but instructions, but for ANY. */
const FIRST_META_TYPE = 128;

export interface DnsSituation extends ZoneSituation {
  readonly host: Pick<HostNetwork, 'now' | 'resolve' | 'random' | 'after'>;
  /** Nothing is asked of the outside. */
  readonly internal: boolean;
}

/** An answer, and what was asked: null for what could not be read. */
export interface DnsAnswer {
  readonly query: DnsQuery | null;
  readonly message: Uint8Array;
}

/**
 * Answers what guests ask: for the zone `inn` and the network's own addresses by itself, for everything else by this
 * computer's resolver. Hostile messages cost time and memory in proportion to their length, and no more.
 */
export class DnsForwarder {
  readonly #situation: DnsSituation;
  readonly #zones: LocalZones;
  readonly #cache: AnswerCache;
  readonly #limits: GuestLimits;
  /** The same question of several guests goes out once. */
  readonly #asked = new Map<string, Promise<Uint8Array | null>>();

  constructor(situation: DnsSituation) {
    this.#situation = situation;
    this.#zones = new LocalZones(situation);
    const now = (): number => situation.host.now();
    this.#cache = new AnswerCache(now);
    this.#limits = new GuestLimits(now);
  }

  /**
   * @param message is not kept
   * @param guest who asks: its address
   * @returns null when it is to be ignored: no query, or too many of them
   */
  async answer(message: Uint8Array, guest: string): Promise<DnsAnswer | null> {
    const query = parseQuery(message);
    if (query === null) return null;
    if (query === 'malformed') return { query: null, message: encodeMalformed(message) };
    const own = this.#answerHere(query);
    const answer = own ?? (await this.#answerOutside(query, guest));
    return answer === null ? null : { query, message: answer };
  }

  #answerHere(query: DnsQuery): Uint8Array | null {
    const { question, flags, edns } = query;
    const refuse = (rcode: number): Uint8Array => encodeResponse(query, failure(rcode));
    if ((flags & FLAG.opcode) !== 0) return refuse(RCODE.notImplemented);
    // RFC 6891 §6.1.3.
    if (edns !== null && edns.version !== 0) return refuse(RCODE.badVersion);
    if (question.class !== CLASS_INTERNET) return refuse(RCODE.refused);
    if (question.type >= FIRST_META_TYPE && question.type < TYPE.any) return refuse(RCODE.refused);
    const local = this.#zones.answer(question);
    if (local !== null) return encodeResponse(query, local);
    return this.#situation.internal ? refuse(RCODE.refused) : null;
  }

  async #answerOutside(query: DnsQuery, guest: string): Promise<Uint8Array | null> {
    // The same question is answered otherwise to who wants signatures, or checks them itself.
    const wanted = query.flags & (FLAG.recursionDesired | FLAG.checkingDisabled | FLAG.authenticData);
    const key = `${wanted} ${query.edns === null ? '-' : query.edns.dnssec} ${keyOf(query.question)}`;
    const cached = this.#cache.get(key);
    if (cached !== null) return asAnswerTo(query, cached);
    const leave = this.#limits.enter(guest);
    if (leave === null) return null;
    try {
      const answer = await (this.#asked.get(key) ?? this.#ask(key, query));
      return answer === null ? encodeResponse(query, failure(RCODE.failed)) : asAnswerTo(query, answer.slice());
    } finally {
      leave();
    }
  }

  #ask(key: string, query: DnsQuery): Promise<Uint8Array | null> {
    const asking = this.#resolve(query).then((answer) => {
      this.#asked.delete(key);
      if (answer !== null) this.#cache.put(key, answer, query.question);
      return answer;
    });
    this.#asked.set(key, asking);
    return asking;
  }

  /** @returns null when there is no answer, or none that answers the question */
  async #resolve(query: DnsQuery): Promise<Uint8Array | null> {
    const { host } = this.#situation;
    const random = new Uint8Array(2);
    host.random(random);
    const id = viewOf(random).getUint16(0);
    const answer = await host.resolve(encodeQuery(id, query)).catch(() => null);
    if (answer === null || !answersQuestion(answer, id, query.question)) return null;
    return walkRecords(answer, query.question) === null ? null : answer;
  }
}

/** @param answer becomes the answer: with the id, and the case of letters, that was asked with */
function asAnswerTo({ id, flags, question }: DnsQuery, answer: Uint8Array): Uint8Array {
  const view = viewOf(answer);
  view.setUint16(0, id);
  const kept = view.getUint16(2) & ~(FLAG.recursionDesired | FLAG.authoritative);
  view.setUint16(2, kept | FLAG.recursionAvailable | (flags & FLAG.recursionDesired));
  answer.set(question.wire, 12);
  return answer;
}
