import type { CardSpec } from '../../network-runner.ts';
import { formatAddress, parseAddress } from '../address-text.ts';
import { isLinkLocal6, type GatewayAddresses } from '../gateway-addresses.ts';
import type { GuestCards } from '../guest-cards.ts';
import type { Address } from '../guest-link.ts';
import { CLASS_INTERNET, encodeName, RCODE, TYPE, type DnsQuestion } from './message.ts';
import { lowerCase, uint32, type DnsRecord, type DnsResponse } from './response.ts';
import { reverseNameIn } from './reverse-name.ts';

const ZONE = 'inn';
const GATEWAY = ['gateway', ZONE];
/** Guests come and go, and get other names: nobody keeps this for long. RFC 2308 for what is not there. */
export const LOCAL_TTL_SECONDS = 10;
/** RFC 6303 §3. */
const NOBODY = ['nobody', 'invalid'];
const SOA_TIMES = { serial: 1, refresh: 3_600, retry: 1_200, expire: 604_800 };
/** More of one name are not told: nobody tries that many. */
const MOST_ADDRESSES = 24;

export interface ZoneSituation {
  readonly addresses: Pick<GatewayAddresses, 'v4' | 'v6' | 'subnet' | 'subnet6'>;
  readonly cards: GuestCards;
  /** That a card was seen to use. */
  addressesOf(card: CardSpec): readonly Address[];
  macOf(address: Address): string | null;
  /** As it is now: only then there is host.inn. */
  reachesHost(): boolean;
}

/** The zone `inn`, and the reverse zones of the network's subnets. What is asked of them is never asked of anybody else. */
export class LocalZones {
  readonly #situation: ZoneSituation;

  constructor(situation: ZoneSituation) {
    this.#situation = situation;
  }

  /** @returns null when somebody else's zone is asked for */
  answer(question: DnsQuestion): DnsResponse | null {
    if (question.class !== CLASS_INTERNET) return null;
    const labels = question.labels.map(lowerCase);
    if (labels.at(-1) === ZONE) return this.#answerName(labels, question.type);
    const { subnet, subnet6 } = this.#situation.addresses;
    const reverse = reverseNameIn(labels, subnet) ?? reverseNameIn(labels, subnet6);
    if (reverse === null) return null;
    if (labels.length === reverse.zone.length) return atApex(reverse.zone, question.type, []);
    const name = reverse.address === null ? null : this.#nameOf(formatAddress(reverse.address));
    if (name === null) return nothing(reverse.zone, reverse.isAbove ? RCODE.ok : RCODE.noSuchName);
    const records = [record(TYPE.ptr, Uint8Array.from(encodeName(name)))];
    return answerWith(reverse.zone, records, question.type);
  }

  #answerName(labels: readonly string[], type: number): DnsResponse {
    if (labels.length === 1) return atApex([ZONE], type, []);
    const addresses = labels.length === 2 ? this.#addressesOf(labels[0] ?? '') : null;
    if (addresses === null) return nothing([ZONE], RCODE.noSuchName);
    const records = addresses.slice(0, MOST_ADDRESSES).flatMap((address) => {
      const data = parseAddress(address);
      return data === null ? [] : [record(data.length === 4 ? TYPE.a : TYPE.aaaa, data)];
    });
    return answerWith([ZONE], records, type);
  }

  /** @returns null when there is no such name */
  #addressesOf(name: string): readonly Address[] | null {
    const { addresses, cards, addressesOf, reachesHost } = this.#situation;
    // The gateway leads to this computer, where a person allowed it.
    if (name === 'gateway' || (name === 'host' && reachesHost())) return [addresses.v4, addresses.v6];
    // No guest passes for it.
    const named = name === 'host' ? [] : cards.withName(name);
    if (named.length === 0) return null;
    const seen = named.flatMap((card) => addressesOf(card).filter(isGlobal6));
    return [...named.map(({ address }) => address), ...seen];
  }

  #nameOf(address: Address): readonly string[] | null {
    const { addresses, cards, macOf } = this.#situation;
    if (address === addresses.v4 || address === addresses.v6) return GATEWAY;
    const mac = cards.withAddress(address)?.mac ?? macOf(address);
    const card = mac === null ? null : cards.withMac(mac);
    return card === null ? null : [lowerCase(card.name), ZONE];
  }
}

/** What other guests can use without saying by which card. */
function isGlobal6(address: Address): boolean {
  const bytes = parseAddress(address);
  return bytes?.length === 16 && !isLinkLocal6(bytes);
}

function answerWith(zone: readonly string[], records: readonly DnsRecord[], type: number): DnsResponse {
  const answers = records.filter((each) => type === TYPE.any || each.type === type);
  return answers.length === 0
    ? nothing(zone, RCODE.ok)
    : { rcode: RCODE.ok, authoritative: true, answers, authority: [] };
}

function atApex(zone: readonly string[], type: number, others: readonly DnsRecord[]): DnsResponse {
  const { name: _, ...soa } = soaOf(zone);
  return answerWith(zone, [soa, record(TYPE.ns, Uint8Array.from(encodeName(GATEWAY))), ...others], type);
}

/** RFC 2308: how long it may be kept that there is nothing. */
function nothing(zone: readonly string[], rcode: number): DnsResponse {
  return { rcode, authoritative: true, answers: [], authority: [soaOf(zone)] };
}

function soaOf(zone: readonly string[]): DnsRecord {
  const { serial, refresh, retry, expire } = SOA_TIMES;
  const times = [serial, refresh, retry, expire, LOCAL_TTL_SECONDS].flatMap(uint32);
  return {
    name: zone,
    ...record(TYPE.soa, Uint8Array.from([...encodeName(GATEWAY), ...encodeName(NOBODY), ...times])),
  };
}

function record(type: number, data: Uint8Array): DnsRecord {
  return { type, ttlSeconds: LOCAL_TTL_SECONDS, data };
}
