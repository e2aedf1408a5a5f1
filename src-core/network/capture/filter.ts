import { parseAddress, parseMac } from '../gateway/address-text.ts';
import type { Prefix } from '../gateway/prefix.ts';
import { addressTest, BROADCAST, macTest, MULTICAST, portTest, PROTOCOL_TESTS } from './filter-tests.ts';
import type { Direction, PacketTest } from './filter-tests.ts';
import { FilterWords } from './filter-words.ts';
import type { Word } from './filter-words.ts';
import { portNumber } from './known-ports.ts';

type Kind = 'host' | 'net' | 'port' | 'portrange' | 'mac';

/** What stands before a value, and holds for the next values that have nothing before them: "port 80 or 443". */
interface Qualifiers {
  readonly protocol: PacketTest | null;
  readonly direction: Direction;
  readonly kind: Kind;
}

const OPERATORS = ['and', '&&', 'or', '||'];
const KINDS = ['host', 'net', 'port', 'portrange'] as const;

/**
 * Packets in the words of pcap-filter(7): host, net, port and portrange with src and dst, ether host, broadcast,
 * multicast, less and greater, arp, ip, ip6, icmp, icmp6, tcp, udp; and, or, not, parentheses. As there, "and" and "or"
 * bind alike, from the left.
 * @param filter everything is wanted when it is empty
 * @returns whether a packet is wanted
 * @throws AppError 'invalid-input' with where the mistake is, in `data.at` from 0
 */
export function compileFilter(filter: string): PacketTest {
  const parser = new FilterParser(new FilterWords(filter));
  return parser.whole();
}

class FilterParser {
  readonly #words: FilterWords;
  #last: Qualifiers | null = null;

  constructor(words: FilterWords) {
    this.#words = words;
  }

  whole(): PacketTest {
    if (this.#words.isAtEnd()) return () => true;
    const test = this.#expression();
    if (!this.#words.isAtEnd()) throw this.#words.mistake(`"${this.#words.next}" does not belong there`);
    return test;
  }

  #expression(): PacketTest {
    let test = this.#term();
    let operator = this.#words.accept(...OPERATORS);
    while (operator !== null) {
      const [left, right] = [test, this.#term()];
      const isAnd = operator === 'and' || operator === '&&';
      test = isAnd ? (packet) => left(packet) && right(packet) : (packet) => left(packet) || right(packet);
      operator = this.#words.accept(...OPERATORS);
    }
    return test;
  }

  #term(): PacketTest {
    if (this.#words.accept('not', '!') !== null) {
      const test = this.#term();
      return (packet) => !test(packet);
    }
    if (this.#words.accept('(') === null) return this.#primitive();
    const test = this.#expression();
    if (this.#words.accept(')') === null) throw this.#words.mistake('a parenthesis is not closed');
    return test;
  }

  #primitive(): PacketTest {
    const words = this.#words;
    if (words.accept('ether') !== null) return this.#ether();
    if (words.accept('broadcast') !== null) return BROADCAST;
    if (words.accept('multicast') !== null) return MULTICAST;
    const length = words.accept('less', 'greater');
    if (length !== null) return this.#length(length === 'less');
    const name = words.accept(...Object.keys(PROTOCOL_TESTS));
    const protocol = name === null ? null : (PROTOCOL_TESTS[name] ?? null);
    const direction = this.#direction();
    const kind = words.accept(...KINDS) as Kind | null;
    if (protocol !== null && direction === null && kind === null) return protocol;
    const qualifiers = { protocol, direction: direction ?? 'either', kind: kind ?? 'host' };
    const isBare = protocol === null && direction === null && kind === null;
    return this.#value(isBare && this.#last !== null ? this.#last : qualifiers);
  }

  #ether(): PacketTest {
    if (this.#words.accept('broadcast') !== null) return BROADCAST;
    if (this.#words.accept('multicast') !== null) return MULTICAST;
    const direction = this.#direction() ?? 'either';
    this.#words.accept('host');
    return this.#value({ protocol: null, direction, kind: 'mac' });
  }

  #direction(): Direction | null {
    const words = this.#words;
    const first = words.accept('src', 'dst');
    if (first === null) return null;
    const other = first === 'src' ? 'dst' : 'src';
    if (words.afterNext !== other) return first === 'src' ? 'src' : 'dst';
    const operator = words.accept('or', 'and');
    if (operator === null) return first === 'src' ? 'src' : 'dst';
    words.read(other);
    return operator === 'or' ? 'either' : 'both';
  }

  #length(isLess: boolean): PacketTest {
    const { text, at } = this.#words.read('a number of bytes');
    if (!/^\d{1,6}$/.test(text)) throw this.#words.mistake(`"${text}" is no number of bytes`, at);
    const bytes = Number(text);
    return ({ frame }) => (isLess ? frame.length <= bytes : frame.length >= bytes);
  }

  #value(qualifiers: Qualifiers): PacketTest {
    this.#last = qualifiers;
    const { protocol, kind, direction } = qualifiers;
    const test = this.#testOf(kind, direction);
    return protocol === null ? test : (packet) => protocol(packet) && test(packet);
  }

  #testOf(kind: Kind, direction: Direction): PacketTest {
    const word = this.#words.read(WHAT[kind]);
    const { text, at } = word;
    if (kind === 'mac') {
      const mac = parseMac(text);
      if (mac !== null) return macTest(mac, direction);
    } else if (kind === 'port' || kind === 'portrange') {
      const [first, last] = kind === 'port' ? [portNumber(text), portNumber(text)] : rangeOf(text);
      if (first !== null && last !== null) return portTest(first, last, direction);
    } else {
      const prefix = kind === 'net' ? netOf(text) : hostOf(text);
      if (prefix !== null) return addressTest(prefix, direction);
    }
    throw this.#words.mistake(this.#because(word, kind), at);
  }

  #because({ text }: Word, kind: Kind): string {
    return kind === 'host' ? `"${text}" is no word of a filter, and no address` : `"${text}" is not ${WHAT[kind]}`;
  }
}

const WHAT: Readonly<Record<Kind, string>> = {
  host: 'an address',
  net: 'a network like 10.86.0.0/24',
  port: 'a port',
  portrange: 'a range of ports like 6000-6008',
  mac: 'a card address like 52:54:00:12:34:56',
};

function hostOf(text: string): Prefix | null {
  const bytes = parseAddress(text);
  return bytes === null ? null : { bytes, length: bytes.length * 8 };
}

/** As pcap-filter has it, "10.86" is 10.86.0.0/16; and no bit behind the prefix may be set. */
function netOf(text: string): Prefix | null {
  const [address = '', length, more] = text.split('/');
  if (more !== undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const groups = /^\d{1,3}(?:\.\d{1,3}){0,2}$/.test(address) ? address.split('.') : null;
  const bytes = parseAddress(groups === null ? address : [...groups, '0', '0', '0'].slice(0, 4).join('.'));
  if (bytes === null) return null;
  const bits = Number(length ?? (groups?.length ?? bytes.length) * 8);
  if (bits > bytes.length * 8) return null;
  const isClear = bytes.every((byte, at) => (byte & (0xff >> Math.min(8, Math.max(0, bits - at * 8)))) === 0);
  return isClear ? { bytes, length: bits } : null;
}

function rangeOf(text: string): readonly [number | null, number | null] {
  const [, first = '', last = ''] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  return [portNumber(first), portNumber(last)];
}
