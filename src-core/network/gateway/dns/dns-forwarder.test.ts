import { beforeEach, describe, expect, test } from 'vitest';
import { FakeHostNetwork, FakeTcp } from '../../testing/fake-host-network.ts';
import { GatewayAddresses } from '../gateway-addresses.ts';
import { GuestCards } from '../guest-cards.ts';
import { LONGEST_SECONDS, MOST_CACHED } from './answer-cache.ts';
import { DnsForwarder } from './dns-forwarder.ts';
import { DnsOverTcp, IDLE_MS, MOST_CONVERSATIONS_OF_A_GUEST } from './dns-over-tcp.ts';
import { DnsOverUdp, MOST_QUERY_BYTES } from './dns-over-udp.ts';
import { BURST, MOST_WAITING, MOST_WAITING_OF_A_GUEST, PER_SECOND } from './guest-limits.ts';

const NETWORK = {
  id: '00112233aabbccdd',
  subnet: { address: '10.86.0.0', length: 24 },
  subnet6: { address: 'fd12:3456:789a::', length: 64 },
};
const WEB = { key: 'web/0', name: 'Web', mac: '52:54:00:00:00:02', address: '10.86.0.2' };
const WEB6 = 'fd12:3456:789a:0:5054:ff:fe00:2';
const GUEST = '10.86.0.3';

let host: FakeHostNetwork;
let cards: GuestCards;
let seen: string[];
let reachesHost: boolean;
let forwarder: DnsForwarder;

function newForwarder(network: { internal?: boolean; length?: number } = {}): DnsForwarder {
  const subnet = { ...NETWORK.subnet, length: network.length ?? 24 };
  return new DnsForwarder({
    host,
    internal: network.internal ?? false,
    addresses: new GatewayAddresses({ ...NETWORK, subnet }),
    cards,
    addressesOf: () => seen,
    macOf: (address) => (seen.includes(address) ? WEB.mac : null),
    reachesHost: () => reachesHost,
  });
}

beforeEach(() => {
  host = new FakeHostNetwork();
  cards = new GuestCards();
  cards.plug(WEB);
  seen = [WEB.address, WEB6, 'fe80::5054:ff:fe00:2'];
  reachesHost = false;
  forwarder = newForwarder();
});

const u16 = (value: number): number[] => [value >> 8, value & 255];
const name = (text: string): number[] => [
  ...text
    .split('.')
    .filter((label) => label !== '')
    .flatMap((label) => [label.length, ...Buffer.from(label)]),
  0,
];
const OPT = [0, ...u16(41), ...u16(4096), 0, 0, 0, 0, 0, 0];

interface Asked {
  readonly id?: number;
  readonly flags?: number;
  readonly class?: number;
  readonly edns?: readonly number[] | null;
}

/** RFC 1035 §4, written without the code under test. */
function query(
  text: string,
  type = 1,
  { id = 0x1234, flags = 0x0100, class: of = 1, edns = null }: Asked = {},
): Uint8Array {
  const header = [...u16(id), ...u16(flags), ...u16(1), ...u16(0), ...u16(0), ...u16(edns === null ? 0 : 1)];
  return Uint8Array.from([...header, ...name(text), ...u16(type), ...u16(of), ...(edns ?? [])]);
}

interface Read {
  readonly id: number;
  readonly flags: number;
  readonly rcode: number;
  readonly counts: readonly number[];
  /** "NAME TYPE TTL DATA", data in hexadecimal digits. */
  readonly records: readonly string[];
}

/** Reads a message as somebody does who follows pointers. */
function read(message: Uint8Array): Read {
  const view = new DataView(message.buffer, message.byteOffset);
  const nameAt = (at: number): { text: string; end: number } => {
    let [text, end] = ['', -1];
    for (;;) {
      const length = message[at]!;
      if (length >= 0xc0) {
        if (end < 0) end = at + 2;
        at = view.getUint16(at) & 0x3fff;
      } else if (length === 0) {
        return { text, end: end < 0 ? at + 1 : end };
      } else {
        text += `${Buffer.from(message.subarray(at + 1, at + 1 + length)).toString()}.`;
        at += 1 + length;
      }
    }
  };
  const counts = [4, 6, 8, 10].map((at) => view.getUint16(at));
  let at = counts[0] === 0 ? 12 : nameAt(12).end + 4;
  const records: string[] = [];
  for (let left = counts[1]! + counts[2]! + counts[3]!; left > 0; left--) {
    const { text, end } = nameAt(at);
    const length = view.getUint16(end + 8);
    const data = Buffer.from(message.subarray(end + 10, end + 10 + length)).toString('hex');
    records.push(`${text} ${view.getUint16(end)} ${view.getUint32(end + 4)} ${data}`);
    at = end + 10 + length;
  }
  expect(at).toBe(message.length);
  const flags = view.getUint16(2);
  return { id: view.getUint16(0), flags, rcode: flags & 15, counts, records };
}

async function ask(text: string, type = 1, asked: Asked = {}, of = forwarder): Promise<Read> {
  const answer = await of.answer(query(text, type, asked), GUEST);
  return read(answer!.message);
}

const A = 1;
const PTR = 12;
const AAAA = 28;
const SOA = `inn. 6 10 ${Buffer.from(name('gateway.inn')).toString('hex')}${Buffer.from(name('nobody.invalid')).toString('hex')}`;

describe('the zone inn', () => {
  test('has the guests of the network, in whatever case they are asked for', async () => {
    const answer = await ask('wEb.iNn');
    expect(answer).toMatchObject({
      id: 0x1234,
      flags: 0x8580,
      counts: [1, 1, 0, 0],
      records: ['wEb.iNn. 1 10 0a560002'],
    });
    expect((await ask('web.inn', AAAA)).records).toEqual(['web.inn. 28 10 fd123456789a0000505400fffe000002']);
    expect((await ask('web.inn', 255)).records).toHaveLength(2);
    expect(host.queries).toEqual([]);
  });

  test('has all cards of a guest, and the name that it has now', async () => {
    cards.plug({ ...WEB, key: 'web/1', mac: '52:54:00:00:00:04', address: '10.86.0.4' });
    cards.rename('web/0', 'www');
    expect((await ask('web.inn')).records).toEqual(['web.inn. 1 10 0a560004']);
    expect((await ask('www.inn')).records).toEqual(['www.inn. 1 10 0a560002']);
    cards.unplug('web/0');
    expect((await ask('www.inn')).rcode).toBe(3);
  });

  test('has the gateway, and this computer only where a person allowed it, whatever guests are called', async () => {
    cards.plug({ ...WEB, name: 'host' });
    expect((await ask('gateway.inn')).records).toEqual(['gateway.inn. 1 10 0a560001']);
    expect((await ask('gateway.inn', AAAA)).records[0]).toMatch(/ 28 10 fd123456789a00000000000000000001$/);
    expect((await ask('host.inn')).rcode).toBe(3);
    reachesHost = true;
    expect((await ask('host.inn')).records).toEqual(['host.inn. 1 10 0a560001']);
  });

  test('says that a name is not there, or has nothing of that kind, and how long that holds', async () => {
    const missing = await ask('nobody.inn');
    expect(missing).toMatchObject({ flags: 0x8583, counts: [1, 0, 1, 0] });
    expect(missing.records[0]).toContain(SOA);
    expect(missing.records[0]?.slice(-8)).toBe('0000000a');
    seen = [];
    expect(await ask('web.inn', AAAA)).toMatchObject({ flags: 0x8580, counts: [1, 0, 1, 0] });
    expect(await ask('web.inn', 16)).toMatchObject({ rcode: 0, counts: [1, 0, 1, 0] });
    expect(await ask('a.web.inn')).toMatchObject({ rcode: 3 });
    expect(host.queries).toEqual([]);
  });

  test('begins with its SOA and its name server', async () => {
    expect((await ask('inn', 6)).records[0]).toContain(SOA);
    expect((await ask('inn', 2)).records).toEqual([`inn. 2 10 ${Buffer.from(name('gateway.inn')).toString('hex')}`]);
    expect(await ask('inn', A)).toMatchObject({ rcode: 0, counts: [1, 0, 1, 0] });
  });
});

describe('names of addresses', () => {
  const web = Buffer.from(name('web.inn')).toString('hex');
  const reverse6 = (address: string): string =>
    `${Array.from(address.replaceAll(':', '')).reverse().join('.')}.ip6.arpa`;

  test('are known for the gateway and the guests, of both families', async () => {
    expect((await ask('2.0.86.10.in-addr.arpa', PTR)).records).toEqual([`2.0.86.10.in-addr.arpa. 12 10 ${web}`]);
    expect((await ask('1.0.86.10.IN-ADDR.arpa', PTR)).records[0]).toContain(
      Buffer.from(name('gateway.inn')).toString('hex'),
    );
    const six = reverse6('fd12:3456:789a:0000:5054:00ff:fe00:0002');
    expect((await ask(six, PTR)).records[0]).toContain(` 12 10 ${web}`);
  });

  test('of nobody are not there, nor is anything else below the subnet, and none of it leaks', async () => {
    const missing = await ask('9.0.86.10.in-addr.arpa', PTR);
    expect(missing).toMatchObject({ flags: 0x8583, counts: [1, 0, 1, 0] });
    expect(missing.records[0]).toMatch(/^0\.86\.10\.in-addr\.arpa\. 6 10 /);
    expect((await ask('foo.9.0.86.10.in-addr.arpa', PTR)).rcode).toBe(3);
    expect((await ask('x.0.86.10.in-addr.arpa', PTR)).rcode).toBe(3);
    expect((await ask(reverse6('fd12:3456:789a:0000:0000:0000:0000:0009'), PTR)).rcode).toBe(3);
    expect(await ask(reverse6('fd12:3456:789a:0000:50'), PTR)).toMatchObject({ rcode: 0, counts: [1, 0, 1, 0] });
    expect((await ask('0.86.10.in-addr.arpa', 6)).records[0]).toMatch(/^0\.86\.10\.in-addr\.arpa\. 6 10 /);
    expect(host.queries).toEqual([]);
  });

  test('outside of the subnet are asked for outside', async () => {
    for (const other of [
      '2.1.86.10.in-addr.arpa',
      '86.10.in-addr.arpa',
      reverse6('fd12:3456:789b:0000:01'),
      'in-addr.arpa',
    ]) {
      await ask(other, PTR);
    }
    expect(host.queries).toHaveLength(4);
  });

  test('in a subnet that ends between two labels are those of the subnet alone', async () => {
    const small = newForwarder({ length: 29 });
    expect((await ask('2.0.86.10.in-addr.arpa', PTR, {}, small)).records[0]).toContain(web);
    expect((await ask('6.0.86.10.in-addr.arpa', PTR, {}, small)).rcode).toBe(3);
    await ask('9.0.86.10.in-addr.arpa', PTR, {}, small);
    await ask('0.86.10.in-addr.arpa', PTR, {}, small);
    expect(host.queries).toHaveLength(2);
    const large = newForwarder({ length: 20 });
    expect((await ask('9.15.86.10.in-addr.arpa', PTR, {}, large)).rcode).toBe(3);
    expect(host.queries).toHaveLength(2);
  });
});

/** An answer of the outside: one A record, or whatever else. */
function answerTo(
  question: Uint8Array,
  { ttl = 300, flags = 0x8180, records = 1, soa = -1, extra = [] as number[] } = {},
): Uint8Array {
  const end = question.indexOf(0, 12) + 5;
  const bytes = [
    ...question.subarray(0, 2),
    ...u16(flags),
    ...u16(1),
    ...u16(records),
    ...u16(soa < 0 ? 0 : 1),
    ...u16(0),
  ];
  bytes.push(...question.subarray(12, end));
  for (let at = 0; at < records; at++)
    bytes.push(0xc0, 12, ...u16(A), ...u16(1), 0, 0, ...u16(ttl), ...u16(4), 192, 0, 2, at & 255);
  if (soa >= 0)
    bytes.push(
      0,
      ...u16(6),
      ...u16(1),
      0,
      0,
      ...u16(ttl),
      ...u16(22),
      0,
      0,
      ...new Array<number>(18).fill(0),
      ...u16(soa),
    );
  return Uint8Array.from([...bytes, ...extra]);
}

describe('other names', () => {
  test('are asked of this computer, with an id of its own and the question alone', async () => {
    host.answersQuery = (asked) => answerTo(asked);
    const edns = [
      0,
      ...u16(41),
      ...u16(1400),
      0,
      0,
      0x80,
      0,
      ...u16(12),
      ...u16(10),
      ...u16(8),
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
    ];
    const answer = await ask('Example.COM', A, { flags: 0x0130, edns });
    expect(answer).toMatchObject({ id: 0x1234, flags: 0x8180, records: ['Example.COM. 1 300 c0000200'] });
    const [sent] = host.queries;
    expect(Buffer.from(sent!.subarray(2)).toString('hex')).toBe(
      Buffer.from([
        ...u16(0x0130),
        ...u16(1),
        0,
        0,
        0,
        0,
        ...u16(1),
        ...name('Example.COM'),
        ...u16(A),
        ...u16(1),
        0,
        ...u16(41),
        ...u16(1232),
        0,
        0,
        0x80,
        0,
        0,
        0,
      ]).toString('hex'),
    );
  });

  test('have no answer when this computer gets none, or one that answers something else', async () => {
    const wrong: ((asked: Uint8Array) => Uint8Array | null)[] = [
      () => null,
      (asked) => answerTo(query('example.org', A, { id: asked[0]! * 256 + asked[1]! })),
      (asked) => answerTo(asked.with(0, asked[0]! ^ 1)),
      (asked) => answerTo(asked).with(2, 1),
      (asked) => answerTo(asked).with(7, 9),
      (asked) => answerTo(asked).subarray(0, 30),
      () => new Uint8Array(3),
    ];
    for (const answer of wrong) {
      host.answersQuery = answer;
      expect(await ask('example.com')).toMatchObject({ flags: 0x8182, counts: [1, 0, 0, 0] });
    }
    host.answersQuery = () => Promise.reject(new Error('gone'));
    expect((await ask('example.com')).rcode).toBe(2);
  });

  test('are kept for as long as they say, with the time that is left', async () => {
    host.answersQuery = (asked) => answerTo(asked, { ttl: 30 });
    await ask('example.com');
    host.advance(10_500);
    expect(await ask('EXAMPLE.com', A, { id: 7 })).toMatchObject({ id: 7, records: ['EXAMPLE.com. 1 20 c0000200'] });
    expect(host.queries).toHaveLength(1);
    host.advance(20_000);
    await ask('example.com');
    expect(host.queries).toHaveLength(2);
  });

  test('are not kept for long, whatever they say, nor when they fail or are cut short', async () => {
    host.answersQuery = (asked) => answerTo(asked, { ttl: 60_000 });
    await ask('example.com');
    host.advance(LONGEST_SECONDS * 1000);
    await ask('example.com');
    expect(host.queries).toHaveLength(2);
    for (const flags of [0x8182, 0x8380, 0x8183]) {
      host.answersQuery = (asked) => answerTo(asked, { flags });
      await ask(`f${flags}.example`);
      await ask(`f${flags}.example`);
    }
    host.answersQuery = (asked) => answerTo(asked, { ttl: 0 });
    await ask('zero.example');
    await ask('zero.example');
    expect(host.queries).toHaveLength(10);
  });

  test('that are not there are kept for as long as their zone says', async () => {
    host.answersQuery = (asked) => answerTo(asked, { flags: 0x8183, records: 0, soa: 5 });
    expect((await ask('missing.example')).rcode).toBe(3);
    host.advance(4_000);
    expect((await ask('missing.example')).rcode).toBe(3);
    expect(host.queries).toHaveLength(1);
    host.advance(1_000);
    await ask('missing.example');
    expect(host.queries).toHaveLength(2);
  });

  test('are kept for few: what was used least recently goes first', async () => {
    host.answersQuery = (asked) => answerTo(asked);
    await ask('first.example');
    for (let at = 0; at < MOST_CACHED - 1; at++) {
      host.advance(10);
      await ask(`n${at}.example`);
    }
    await ask('first.example');
    expect(host.queries).toHaveLength(MOST_CACHED);
    host.advance(10);
    await ask('one-more.example');
    await ask('first.example');
    expect(host.queries).toHaveLength(MOST_CACHED + 1);
    await ask('n0.example');
    expect(host.queries).toHaveLength(MOST_CACHED + 2);
  });

  test('that several guests ask for at once go out once', async () => {
    let answer!: (bytes: Uint8Array) => void;
    host.answersQuery = () => new Promise((resolve) => (answer = resolve));
    const both = [
      forwarder.answer(query('example.com', A, { id: 1 }), GUEST),
      forwarder.answer(query('example.com', A, { id: 2 }), WEB.address),
    ];
    answer(answerTo(host.queries[0]!));
    const read1 = (await Promise.all(both)).map((each) => read(each!.message).id);
    expect(read1).toEqual([1, 2]);
    expect(host.queries).toHaveLength(1);
  });

  test('on an internal network are refused, and not asked for', async () => {
    const internal = newForwarder({ internal: true });
    expect(await ask('example.com', A, {}, internal)).toMatchObject({ rcode: 5, counts: [1, 0, 0, 0] });
    expect((await ask('web.inn', A, {}, internal)).records).toHaveLength(1);
    expect((await ask('2.0.86.10.in-addr.arpa', PTR, {}, internal)).records).toHaveLength(1);
    expect(host.queries).toEqual([]);
  });

  test('of one guest that asks without end leave room for those of others', async () => {
    host.answersQuery = () => new Promise(() => undefined);
    const ignored: number[] = [];
    for (let at = 0; at < MOST_WAITING_OF_A_GUEST + 5; at++) {
      void forwarder.answer(query(`n${at}.example`), GUEST).then((answer) => answer === null && ignored.push(at));
    }
    await Promise.resolve();
    await Promise.resolve();
    expect(ignored).toHaveLength(5);
    for (let at = 0; at < MOST_WAITING; at++) void forwarder.answer(query('other.example'), `10.86.0.${at}`);
    expect(host.queries.length).toBe(MOST_WAITING_OF_A_GUEST + 1);
    expect(await forwarder.answer(query('x.example'), '10.86.0.200')).toBeNull();
  });

  test('of one guest are answered so many a second', async () => {
    let answered = 0;
    for (let at = 0; at < BURST + 10; at++)
      if ((await forwarder.answer(query(`n${at}.example`), GUEST)) !== null) answered++;
    expect(answered).toBe(BURST);
    host.advance(1000);
    for (let at = 0; at < BURST; at++)
      if ((await forwarder.answer(query(`m${at}.example`), GUEST)) !== null) answered++;
    expect(answered).toBe(BURST + PER_SECOND);
  });
});

describe('what is no plain question', () => {
  test.each([
    ['another operation', query('web.inn', A, { flags: 0x2000 }), 4],
    ['another class', query('version.bind', 16, { class: 3 }), 5],
    ['a transfer of the zone', query('inn', 252), 5],
    ['a later version of EDNS', query('web.inn', A, { edns: [0, ...u16(41), ...u16(1232), 0, 1, 0, 0, 0, 0] }), 0],
    ['two questions', query('web.inn').with(5, 2), 1],
    ['no question', query('web.inn').with(5, 0), 1],
    ['a name that points somewhere', query('web.inn').with(12, 0xc0), 1],
    ['a name without an end', query('web.inn').subarray(0, 20), 1],
    ['records that are not there', query('web.inn').with(7, 1), 1],
    ['two OPT records', Uint8Array.from([...query('web.inn', A, { edns: [...OPT, ...OPT] })]).with(11, 2), 1],
  ])('%s is answered with an error', async (_what, message, rcode) => {
    const answer = read((await forwarder.answer(message, GUEST))!.message);
    expect(answer).toMatchObject({ id: 0x1234, rcode });
    // RFC 6891 §6.1.3 BADVERS is 16: its upper part is in the OPT record.
    if (rcode === 0) expect(answer.records[0]).toBe(' 41 16777216 ');
    expect(host.queries).toEqual([]);
  });

  test('answers, and what is too short, are ignored', async () => {
    expect(await forwarder.answer(query('web.inn', A, { flags: 0x8180 }), GUEST)).toBeNull();
    expect(await forwarder.answer(new Uint8Array(11), GUEST)).toBeNull();
  });

  test('nonsense, asked or answered, never throws, and is answered with something that can be read', async () => {
    let seed = 99;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const spoilt = (bytes: Uint8Array): Uint8Array => {
      const copy = bytes.slice(0, random(4) === 0 ? random(bytes.length + 1) : bytes.length);
      for (let flips = random(6); flips > 0 && copy.length > 0; flips--)
        copy[random(copy.length)] = [random(256), 0xc0, 0xff, 0][random(4)]!;
      return copy;
    };
    host.answersQuery = (asked) => {
      const answer = answerTo(asked, { records: random(5), soa: random(3) - 1 });
      return random(2) === 0
        ? Uint8Array.from([...asked.subarray(0, 12), ...spoilt(answer.subarray(12))]).with(2, 0x81)
        : spoilt(answer);
    };
    const names = ['web.inn', 'example.com', '2.0.86.10.in-addr.arpa', '8.b.d.0.1.0.0.2.ip6.arpa', ''];
    for (let round = 0; round < 20_000; round++) {
      host.advance(random(50));
      const edns = random(2) === 0 ? OPT : null;
      const message = spoilt(query(names[random(names.length)]!, [A, AAAA, PTR, 6, 255][random(5)], { edns }));
      const answer = await forwarder.answer(message, `10.86.0.${random(256)}`);
      if (answer === null) continue;
      const view = new DataView(answer.message.buffer, answer.message.byteOffset, answer.message.byteLength);
      expect(view.getUint16(0)).toBe(message[0]! * 256 + message[1]!);
      expect(view.getUint16(2) & 0x8000).toBe(0x8000);
    }
  });
});

describe('over UDP', () => {
  async function receive(data: Uint8Array): Promise<Uint8Array[]> {
    const replies: Uint8Array[] = [];
    const datagram = {
      source: GUEST,
      sourcePort: 4000,
      destination: '10.86.0.1',
      destinationPort: 53,
      sourceMac: WEB.mac,
    };
    new DnsOverUdp(forwarder).receive({ ...datagram, data }, (bytes) => replies.push(bytes));
    await new Promise((done) => setTimeout(done, 0));
    return replies;
  }

  test('an answer that does not fit is cut off, and says so', async () => {
    host.answersQuery = (asked) => answerTo(asked, { records: 60 });
    const plain = read((await receive(query('example.com')))[0]!);
    expect(plain).toMatchObject({ flags: 0x8380, counts: [1, 0, 0, 0] });
    const small = [0, ...u16(41), ...u16(900), 0, 0, 0, 0, 0, 0];
    expect(read((await receive(query('example.com', A, { edns: small })))[0]!)).toMatchObject({
      flags: 0x8380,
      counts: [1, 0, 0, 1],
    });
    expect(read((await receive(query('example.com', A, { edns: OPT })))[0]!).counts[1]).toBe(60);
    host.answersQuery = (asked) => answerTo(asked, { records: 100 });
    expect(read((await receive(query('large.example', A, { edns: OPT })))[0]!).flags).toBe(0x8380);
  });

  test('what is malformed is told so, and what is too long is not read', async () => {
    expect(read((await receive(query('web.inn').with(5, 3)))[0]!)).toMatchObject({ rcode: 1, counts: [0, 0, 0, 0] });
    expect(await receive(new Uint8Array(MOST_QUERY_BYTES + 1))).toEqual([]);
  });
});

describe('over TCP', () => {
  let service: DnsOverTcp;
  beforeEach(() => (service = new DnsOverTcp(forwarder, host)));
  const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
  const framed = (message: Uint8Array): Uint8Array => Uint8Array.from([...u16(message.length), ...message]);

  function connect(from = GUEST): FakeTcp {
    const connection = new FakeTcp({ address: from, port: 4000 }, null);
    connection.events = service.open(connection, connection.to);
    return connection;
  }

  test('long answers go whole, one after the other, however the questions come in', async () => {
    host.answersQuery = (asked) => answerTo(asked, { records: 200 });
    const connection = connect();
    const both = Uint8Array.from([...framed(query('example.com')), ...framed(query('web.inn', A, { id: 2 }))]);
    for (const byte of both) connection.say(Uint8Array.of(byte));
    await settled();
    expect(connection.written.map((bytes) => bytes[0]! * 256 + bytes[1]! + 2 - bytes.length)).toEqual([0, 0]);
    const [long, short] = connection.written.map((bytes) => read(bytes.subarray(2)));
    expect(long).toMatchObject({ id: 0x1234, counts: [1, 200, 0, 0] });
    expect(short).toMatchObject({ id: 2, counts: [1, 1, 0, 0] });
    connection.finish();
    expect(connection.ended).toBe(true);
    connection.close();
    expect(host.timers).toBe(0);
  });

  test('a guest that does not read its answers is not read from', async () => {
    const connection = connect();
    connection.room = 1;
    connection.say(Uint8Array.from([...framed(query('web.inn')), ...framed(query('web.inn'))]));
    await settled();
    expect(connection.written).toHaveLength(1);
    expect(connection.paused).toBe(true);
    connection.drain();
    await settled();
    expect(connection.written).toHaveLength(2);
    connection.say(new Uint8Array(65_000));
    expect(connection.wasReset).toBe(false);
    connection.say(new Uint8Array(1_000));
    expect(connection.wasReset).toBe(true);
    expect(host.timers).toBe(0);
  });

  test('those that say nothing, or too much, are ended, and so are too many of one guest', async () => {
    const silent = connect();
    host.advance(IDLE_MS);
    expect(silent.wasReset).toBe(true);
    const long = connect();
    long.say(Uint8Array.of(0xff, 0xff));
    expect(long.wasReset).toBe(true);
    const many = Array.from({ length: MOST_CONVERSATIONS_OF_A_GUEST + 1 }, () => connect());
    expect(many.map(({ wasReset }) => wasReset)).toEqual([
      ...new Array<boolean>(MOST_CONVERSATIONS_OF_A_GUEST).fill(false),
      true,
    ]);
    expect(connect(WEB.address).wasReset).toBe(false);
    many[0]!.close();
    expect(connect().wasReset).toBe(false);
  });
});
