import { beforeEach, describe, expect, test } from 'vitest';
import { FakeHostNetwork } from '../../testing/fake-host-network.ts';
import { formatAddress, formatMac, parseAddress, parseMac } from '../address-text.ts';
import { GuestCards } from '../guest-cards.ts';
import type { ReplyTo } from '../udp/udp-service.ts';
import { DECLINED_MS, MOST_POOL_ADDRESSES, OFFER_MS, POOL_LEASE_SECONDS } from './address-pool.ts';
import { CARD_LEASE_SECONDS, DhcpServer } from './dhcp-server.ts';
import { DHCP_TYPE } from './message.ts';
import { OPTION } from './options.ts';

const WEB = { key: 'web/0', name: 'web', mac: '52:54:00:00:00:02', address: '10.86.0.2' };
const STRANGER = '52:54:00:00:00:99';
const GATEWAY = '10.86.0.1';

let host: FakeHostNetwork;
let cards: GuestCards;
let used: Map<string, string>;
let server: DhcpServer;

function newServer(network: { internal?: boolean; length?: number } = {}): DhcpServer {
  return new DhcpServer({
    host,
    cards,
    subnet: { address: '10.86.0.0', length: network.length ?? 24 },
    gateway: GATEWAY,
    mtu: 1500,
    internal: network.internal ?? false,
    isUsed: (address, mac) => (used.get(address) ?? mac) !== mac,
  });
}

beforeEach(() => {
  host = new FakeHostNetwork();
  cards = new GuestCards();
  cards.plug(WEB);
  used = new Map();
  server = newServer();
});

interface Question {
  readonly type?: number;
  readonly mac?: string;
  readonly flags?: number;
  readonly ciaddr?: string;
  readonly giaddr?: string;
  readonly options?: readonly (readonly [number, readonly number[]])[];
}

/** A message as RFC 2131 §2 draws it, written without the code under test. */
function message({
  type = 1,
  mac = WEB.mac,
  flags = 0,
  ciaddr = '0.0.0.0',
  giaddr = '0.0.0.0',
  options = [],
}: Question): Uint8Array {
  const bytes = [1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef, 0, 0, flags >> 8, flags & 255, ...parseAddress(ciaddr)!];
  bytes.push(0, 0, 0, 0, 0, 0, 0, 0, ...parseAddress(giaddr)!, ...parseMac(mac)!);
  while (bytes.length < 236) bytes.push(0);
  bytes.push(0x63, 0x82, 0x53, 0x63, 53, 1, type);
  for (const [code, value] of options) bytes.push(code, value.length, ...value);
  return Uint8Array.from([...bytes, 255]);
}

interface Answer {
  readonly type: number;
  readonly yiaddr: string;
  readonly options: Map<number, number[]>;
  readonly to: ReplyTo | undefined;
  readonly bytes: Uint8Array;
}

function send(data: Uint8Array, to = server): Answer[] {
  const answers: Answer[] = [];
  const datagram = {
    source: '0.0.0.0',
    sourcePort: 68,
    destination: '255.255.255.255',
    destinationPort: 67,
    sourceMac: WEB.mac,
  };
  to.receive({ ...datagram, data }, (bytes, whereTo) => {
    const options = new Map<number, number[]>();
    for (let at = 240; bytes[at] !== 255; at += 2 + bytes[at + 1]!) {
      options.set(bytes[at]!, [...bytes.subarray(at + 2, at + 2 + bytes[at + 1]!)]);
    }
    answers.push({
      type: options.get(53)![0]!,
      yiaddr: formatAddress(bytes.subarray(16, 20)),
      options,
      to: whereTo,
      bytes,
    });
  });
  return answers;
}

function ask(question: Question, to = server): Answer | undefined {
  const [answer, ...more] = send(message(question), to);
  expect(more).toEqual([]);
  return answer;
}

const ip = (text: string): number[] => [...parseAddress(text)!];
const wants = (address: string): readonly [number, number[]] => [OPTION.requestedAddress, ip(address)];
const OURS = [OPTION.serverId, ip(GATEWAY)] as const;

describe('a card', () => {
  test('is offered the address that its network has for it, whatever it wishes for', () => {
    const offer = ask({ options: [wants('10.86.0.77')] })!;
    expect(offer).toMatchObject({ type: DHCP_TYPE.offer, yiaddr: WEB.address });
    expect([...offer.bytes.subarray(0, 8)]).toEqual([2, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
    expect(offer.to).toEqual({ address: WEB.address, port: 68, mac: WEB.mac });
    expect(offer.bytes.length).toBeGreaterThanOrEqual(300);
  });

  test('takes it, and learns everything that a guest needs to know', () => {
    const { type, yiaddr, options } = ask({ type: DHCP_TYPE.request, options: [OURS, wants(WEB.address)] })!;
    expect({ type, yiaddr }).toEqual({ type: DHCP_TYPE.ack, yiaddr: WEB.address });
    expect(Object.fromEntries(options)).toEqual({
      53: [5],
      54: ip(GATEWAY),
      51: [0, 1, 0x51, 0x80],
      58: [0, 0, 0xa8, 0xc0],
      59: [0, 1, 0x27, 0x50],
      1: [255, 255, 255, 0],
      3: ip(GATEWAY),
      6: ip(GATEWAY),
      12: [...Buffer.from('web')],
      15: [...Buffer.from('inn')],
      26: [5, 220],
      28: ip('10.86.0.255'),
      119: [3, ...Buffer.from('inn'), 0],
    });
    expect(CARD_LEASE_SECONDS).toBe(0x15180);
  });

  test('is told only what it asks for, in its order, the mask first', () => {
    const { options } = ask({ options: [[OPTION.parameterList, [OPTION.router, OPTION.mtu, 200, OPTION.router]]] })!;
    expect([...options.keys()]).toEqual([53, 54, 51, 58, 59, 1, 3, 26]);
  });

  test('renews and rebinds, and is answered at the address that it has', () => {
    const answer = ask({ type: DHCP_TYPE.request, ciaddr: WEB.address, flags: 0x8000 })!;
    expect(answer).toMatchObject({ type: DHCP_TYPE.ack, yiaddr: WEB.address });
    expect(answer.to?.address).toBe(WEB.address);
    expect([...answer.bytes.subarray(12, 16)]).toEqual(ip(WEB.address));
  });

  test('that comes from another network is told to begin anew, so that everybody hears it', () => {
    const { type, yiaddr, to, options } = ask({ type: DHCP_TYPE.request, options: [wants('10.87.0.2')] })!;
    expect({ type, yiaddr, to }).toEqual({
      type: DHCP_TYPE.nak,
      yiaddr: '0.0.0.0',
      to: { address: '255.255.255.255', port: 68 },
    });
    expect([...options.keys()]).toEqual([53, 54, 56]);
    expect(ask({ type: DHCP_TYPE.request, ciaddr: '10.86.0.3' })?.type).toBe(DHCP_TYPE.nak);
  });

  test('that chose another server, or came by a relay, is left alone', () => {
    expect(
      ask({ type: DHCP_TYPE.request, options: [[OPTION.serverId, ip('10.86.0.9')], wants(WEB.address)] }),
    ).toBeUndefined();
    expect(ask({ giaddr: '10.99.0.1' })).toBeUndefined();
    expect(ask({ type: DHCP_TYPE.request })).toBeUndefined();
  });

  test('that cannot take packets without an address is answered to everybody', () => {
    const { to, bytes } = ask({ flags: 0x8000 })!;
    expect(to).toEqual({ address: '255.255.255.255', port: 68 });
    expect(bytes[10]).toBe(0x80);
  });

  test('keeps its address, released or declined', () => {
    for (const type of [DHCP_TYPE.release, DHCP_TYPE.decline]) {
      expect(ask({ type, ciaddr: WEB.address, options: [wants(WEB.address)] })).toBeUndefined();
      expect(ask({})?.yiaddr).toBe(WEB.address);
    }
  });

  test('with the client identifier of another one gets its own address, and the identifier back', () => {
    const id = [OPTION.clientId, [255, 1, 2, 3, 4]] as const;
    cards.plug({ key: 'twin/0', name: 'twin', mac: '52:54:00:00:00:03', address: '10.86.0.3' });
    expect(ask({ options: [id] })?.yiaddr).toBe('10.86.0.2');
    const twin = ask({ mac: '52:54:00:00:00:03', options: [id] })!;
    expect(twin.yiaddr).toBe('10.86.0.3');
    expect(twin.options.get(OPTION.clientId)).toEqual([255, 1, 2, 3, 4]);
  });

  test('that has set its address itself asks for the rest, and gets no lease', () => {
    const answer = ask({ type: DHCP_TYPE.inform, ciaddr: '10.86.0.44', mac: STRANGER })!;
    expect(answer).toMatchObject({ type: DHCP_TYPE.ack, yiaddr: '0.0.0.0', to: { address: '10.86.0.44', port: 68 } });
    expect(answer.options.has(OPTION.leaseTime)).toBe(false);
    expect(answer.options.get(OPTION.nameServer)).toEqual(ip(GATEWAY));
    expect(ask({ type: DHCP_TYPE.inform, ciaddr: '8.8.8.8' })).toBeUndefined();
  });

  test('on an internal network has no router', () => {
    const { options } = ask({}, newServer({ internal: true }))!;
    expect(options.has(OPTION.router)).toBe(false);
    expect(options.get(OPTION.nameServer)).toEqual(ip(GATEWAY));
  });
});

describe('somebody behind a card', () => {
  const lease = (mac: string, address: string): Answer | undefined =>
    ask({ type: DHCP_TYPE.request, mac, options: [OURS, wants(address)] });

  test('gets an address from the upper end, for a shorter time, and the same one again', () => {
    const offer = ask({ mac: STRANGER })!;
    expect(offer.yiaddr).toBe('10.86.0.254');
    const ack = lease(STRANGER, offer.yiaddr)!;
    expect(ack.type).toBe(DHCP_TYPE.ack);
    expect(ack.options.get(OPTION.leaseTime)).toEqual([0, 0, POOL_LEASE_SECONDS >> 8, POOL_LEASE_SECONDS & 255]);
    expect(ack.options.has(OPTION.hostName)).toBe(false);
    host.advance(POOL_LEASE_SECONDS * 2000);
    expect(ask({ mac: STRANGER })?.yiaddr).toBe('10.86.0.254');
  });

  test('is never given what somebody else has, is to have, or was seen to use', () => {
    cards.plug({ key: 'last/0', name: 'last', mac: '52:54:00:00:00:fe', address: '10.86.0.254' });
    used.set('10.86.0.253', '52:54:00:aa:aa:aa');
    const first = ask({ mac: STRANGER })!.yiaddr;
    const second = ask({ mac: '52:54:00:00:00:98', options: [wants(first)] })!.yiaddr;
    expect([first, second]).toEqual(['10.86.0.252', '10.86.0.251']);
    expect(lease('52:54:00:00:00:98', first)?.type).toBe(DHCP_TYPE.nak);
    expect(lease(STRANGER, WEB.address)?.type).toBe(DHCP_TYPE.nak);
    expect(lease(STRANGER, GATEWAY)?.type).toBe(DHCP_TYPE.nak);
  });

  test('gets back what it had although nothing of it is known here any more', () => {
    expect(ask({ type: DHCP_TYPE.request, mac: STRANGER, options: [wants('10.86.0.230')] })?.type).toBe(DHCP_TYPE.ack);
    expect(ask({ type: DHCP_TYPE.request, mac: STRANGER, ciaddr: '10.86.0.230' })?.type).toBe(DHCP_TYPE.ack);
  });

  test('has an address that a card was given later: the card waits until it is free', () => {
    lease(STRANGER, '10.86.0.254');
    cards.plug({ ...WEB, address: '10.86.0.254' });
    expect(ask({})).toBeUndefined();
    expect(ask({ type: DHCP_TYPE.request, options: [wants('10.86.0.254')] })?.type).toBe(DHCP_TYPE.nak);
    expect(lease(STRANGER, '10.86.0.254')?.type).toBe(DHCP_TYPE.nak);
    expect(ask({})?.yiaddr).toBe('10.86.0.254');
  });

  test('gives back or declines its address: it is free, or left alone for a while', () => {
    lease(STRANGER, '10.86.0.254');
    ask({ type: DHCP_TYPE.release, mac: '52:54:00:00:00:97', ciaddr: '10.86.0.254' });
    expect(ask({ mac: '52:54:00:00:00:98', options: [wants('10.86.0.254')] })?.yiaddr).toBe('10.86.0.253');
    ask({ type: DHCP_TYPE.release, mac: STRANGER, ciaddr: '10.86.0.254' });
    expect(lease('52:54:00:00:00:98', '10.86.0.254')?.type).toBe(DHCP_TYPE.ack);
    ask({ type: DHCP_TYPE.decline, mac: '52:54:00:00:00:98', options: [wants('10.86.0.254')] });
    expect(ask({ mac: STRANGER, options: [wants('10.86.0.254')] })?.yiaddr).not.toBe('10.86.0.254');
    host.advance(DECLINED_MS);
    expect(ask({ mac: '52:54:00:00:00:96', options: [wants('10.86.0.254')] })?.yiaddr).toBe('10.86.0.254');
  });

  test('shares a MAC or an identifier with another one, and they get different addresses', () => {
    const id = (byte: number): readonly [number, number[]] => [OPTION.clientId, [0, byte]];
    const addresses = [
      ask({ mac: STRANGER, options: [id(1)] }),
      ask({ mac: STRANGER, options: [id(2)] }),
      ask({ mac: '52:54:00:00:00:98', options: [id(1)] }),
    ].map((answer) => answer?.yiaddr);
    expect(new Set(addresses).size).toBe(3);
  });

  test('takes all addresses there are: the next one gets none, until offers run out', () => {
    for (let at = 0; at < MOST_POOL_ADDRESSES - 1; at++) {
      expect(ask({ mac: `52:54:00:00:01:${at.toString(16).padStart(2, '0')}` })).toBeDefined();
    }
    expect(ask({ mac: STRANGER })).toBeUndefined();
    host.advance(OFFER_MS);
    expect(ask({ mac: STRANGER })).toBeDefined();
  });
});

describe('messages', () => {
  test('whose options go on in other fields, or come in pieces, are put together', () => {
    const bytes = message({ type: 0, options: [[OPTION.overload, [3]]] });
    // The type in `file`, and the requested address in two pieces, one of them in `sname`.
    bytes.fill(0, 240, 243);
    bytes.set([53, 1, 3, OPTION.requestedAddress, 2, 10, 86, 255], 108);
    bytes.set([OPTION.requestedAddress, 2, 0, 2, 255], 44);
    expect(send(bytes)[0]).toMatchObject({ type: DHCP_TYPE.ack, yiaddr: WEB.address });
  });

  test.each([
    ['of another medium', (bytes: Uint8Array) => (bytes[1] = 6)],
    ['that are answers', (bytes: Uint8Array) => (bytes[0] = 2)],
    ['without the cookie', (bytes: Uint8Array) => (bytes[236] = 0)],
    ['from a group of cards', (bytes: Uint8Array) => (bytes[28] = 0xff)],
    ['with a type of two bytes', (bytes: Uint8Array) => bytes.set([53, 2, 1, 1], 240)],
    ['with an option that is cut off', (bytes: Uint8Array) => bytes.set([12, 200], 243)],
  ])('%s are ignored', (_what, spoil) => {
    const bytes = message({ options: [[12, [65, 66]]] });
    expect(send(bytes)).toHaveLength(1);
    spoil(bytes);
    expect(send(bytes)).toEqual([]);
  });

  test('that are nonsense never throw, and give no address to two', () => {
    let seed = 12345;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const holders = new Map<string, { mac: string; until: number }>();
    let given = 0;
    for (let round = 0; round < 20_000; round++) {
      const mac = `52:54:00:00:02:0${random(10)}`;
      const options = Array.from({ length: random(5) }, () => {
        const code = [50, 54, 55, 61, 52, 12, 119, random(256)][random(8)]!;
        const value =
          random(3) === 0 ? ip(`10.86.0.${random(256)}`) : Array.from({ length: random(9) }, () => random(256));
        return [code, value] as const;
      });
      const bytes = message({
        type: random(9),
        mac,
        ciaddr: random(2) === 0 ? '0.0.0.0' : `10.86.0.${random(256)}`,
        options,
      });
      for (let flips = random(4); flips > 0; flips--)
        bytes[random(3) === 0 ? random(240) : 240 + random(bytes.length - 240)] = random(256);
      host.advance(random(1000));
      const sender = formatMac(bytes.subarray(28, 34));
      const answers = send(bytes.subarray(0, random(10) === 0 ? random(bytes.length) : bytes.length));
      // Who is told nothing may have given its address back; who is told no has none.
      if (answers[0]?.type !== DHCP_TYPE.offer && answers[0]?.type !== DHCP_TYPE.ack) {
        for (const [address, { mac: holder }] of holders) if (holder === sender) holders.delete(address);
      }
      for (const { type, yiaddr } of answers) {
        if (type !== DHCP_TYPE.ack || yiaddr === '0.0.0.0' || yiaddr === WEB.address) continue;
        const before = holders.get(yiaddr);
        if (before !== undefined && before.until > host.now()) expect(before.mac).toBe(sender);
        holders.set(yiaddr, { mac: sender, until: host.now() + POOL_LEASE_SECONDS * 1000 });
        expect(Number(yiaddr.split('.')[3])).toBeGreaterThan(254 - MOST_POOL_ADDRESSES);
        given++;
      }
    }
    expect(given).toBeGreaterThan(100);
  });
});
