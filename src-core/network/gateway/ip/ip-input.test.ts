import { describe, expect, it } from 'vitest';
import { OFFLOAD_FLAG } from '../../../host/frame-port.ts';
import {
  datagram,
  DB,
  echoRequest,
  frameOf,
  GATEWAY,
  GATEWAY6,
  Lan,
  OUTSIDE,
  OUTSIDE6,
  WEB,
  WEB6,
  WEB_LINK_LOCAL,
  type SentPacket,
} from '../testing/lan.ts';

const segment = new Uint8Array(20);
const toOutside: SentPacket = { source: WEB.address, destination: OUTSIDE, protocol: 6, payload: segment };
const toOutside6: SentPacket = { source: WEB6, destination: OUTSIDE6, protocol: 6, payload: segment };

/** What of a packet reaches TCP. */
function reaching(packet: SentPacket, lan = new Lan()): string[] {
  lan.send(packet);
  return lan.tcp.received.map(({ source, destination }) => `${source} ${destination}`);
}

function bent(packet: SentPacket, change: (bytes: Uint8Array) => void): Lan {
  const lan = new Lan();
  const bytes = frameOf(packet, lan.gateway.addresses.mac);
  change(bytes);
  lan.frame(bytes);
  return lan;
}

/** Puts a right header checksum into what was bent. */
function summed(bytes: Uint8Array, headerBytes: number): void {
  bytes.fill(0, 24, 26);
  let sum = 0;
  for (let at = 14; at < 14 + headerBytes; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes.set([(~sum >> 8) & 0xff, ~sum & 0xff], 24);
}

describe('what comes from guests', () => {
  it('passes whole packets on, IPv4 and IPv6', () => {
    expect(reaching(toOutside)).toEqual([`${WEB.address} ${OUTSIDE}`]);
    expect(reaching(toOutside6)).toEqual([`${WEB6} ${OUTSIDE6}`]);
  });

  it('cuts off what pads a short frame', () => {
    const lan = new Lan();
    const frame = frameOf({ ...toOutside, payload: new Uint8Array(21) }, lan.gateway.addresses.mac);
    lan.frame(Uint8Array.from([...frame, ...new Uint8Array(20).fill(9)]));
    expect(lan.tcp.received[0]?.payload.length).toBe(21);
  });

  it.each<[string, (bytes: Uint8Array) => void]>([
    ['another version', (bytes) => (bytes[14] = 0x55)],
    ['a header shorter than one', (bytes) => (bytes[14] = 0x44)],
    ['a header longer than the packet', (bytes) => (bytes[14] = 0x4f)],
    ['a total length beyond the frame', (bytes) => (bytes[17]! += 1)],
    ['a total length within the header', (bytes) => (bytes[17] = 19)],
    ['another header checksum', (bytes) => (bytes[24]! ^= 1)],
    ['another transport checksum', (bytes) => (bytes[50]! ^= 1)],
  ])('ignores IPv4 with %s', (what, change) => {
    const lan = bent(toOutside, (bytes) => {
      change(bytes);
      if (!what.includes('checksum')) summed(bytes, 20);
    });
    expect(lan.tcp.received).toEqual([]);
  });

  it.each<[string, (bytes: Uint8Array) => void]>([
    ['another version', (bytes) => (bytes[14] = 0x40)],
    ['a length beyond the frame', (bytes) => (bytes[19]! += 1)],
    ['another transport checksum', (bytes) => (bytes[70]! ^= 1)],
  ])('ignores IPv6 with %s', (_what, change) => {
    expect(bent(toOutside6, change).tcp.received).toEqual([]);
  });

  it.each([
    ['loose source route', [131, 7, 4, 127, 0, 0, 1, 0], 0],
    ['strict source route', [137, 7, 4, 127, 0, 0, 1, 0], 0],
    ['an option of length 0', [7, 0, 0, 0, 0, 0, 0, 0], 0],
    ['an option beyond the header', [7, 40, 0, 0, 0, 0, 0, 0], 0],
    ['record route', [7, 7, 4, 0, 0, 0, 0, 0], 1],
    ['router alert', [1, 1, 1, 1, 148, 4, 0, 0], 1],
  ])('lets options decide: %s', (_what, options, passed) => {
    const lan = new Lan();
    const plain = frameOf(toOutside, lan.gateway.addresses.mac);
    const bytes = Uint8Array.from([...plain.slice(0, 34), ...options, ...plain.slice(34)]);
    bytes[14] = 0x47;
    bytes[17] = 48;
    summed(bytes, 28);
    lan.frame(bytes);
    expect(lan.tcp.received.length).toBe(passed);
  });

  it.each([
    ['hop-by-hop padding', [[0, [1, 4, 0, 0, 0, 0]]], 1],
    [
      'many headers',
      [
        [0, []],
        [60, []],
        [60, []],
        [60, []],
        [60, []],
        [60, []],
      ],
      1,
    ],
    ['too many headers', Array.from({ length: 7 }, () => [60, []]), 0],
    ['a route that is done', [[43, [0, 0, 0, 0, 0, 0]]], 1],
    ['a route with a stop left', [[43, [0, 1, 0, 0, 0, 0]]], 0],
    ['an option that nobody may skip', [[60, [0x40, 4, 0, 0, 0, 0]]], 0],
    ['an option beyond its header', [[60, [1, 9, 0, 0, 0, 0]]], 0],
    ['a jumbogram', [[0, [0xc2, 4, 0, 1, 0, 0]]], 0],
  ] as [string, [number, number[]][], number][])('goes through extension headers: %s', (_what, extensions, passed) => {
    const lan = new Lan();
    const plain = frameOf(toOutside6, lan.gateway.addresses.mac);
    const nexts = [...extensions.slice(1).map(([kind]) => kind), 6];
    const headers = extensions.flatMap(([, data], at) => [
      nexts[at]!,
      0,
      ...data,
      ...new Array<number>(6 - data.length).fill(0),
    ]);
    const bytes = Uint8Array.from([...plain.slice(0, 54), ...headers, ...plain.slice(54)]);
    bytes[19]! += headers.length;
    bytes[20] = extensions[0]![0];
    lan.frame(bytes);
    expect(lan.tcp.received.length).toBe(passed);
  });

  it.each([
    ['from another network', { source: '10.87.0.2' }],
    ['from outside', { source: OUTSIDE }],
    ['from the loopback', { source: '127.0.0.1' }],
    ['as the gateway', { source: GATEWAY }],
    ['as everybody', { source: '10.86.0.255' }],
    ['as the network', { source: '10.86.0.0' }],
    ['as a group', { source: '224.0.0.1' }],
    ['as nobody', { source: '0.0.0.0' }],
    ["with another card's address", { source: DB.address }],
    ['as the gateway', { source: GATEWAY6, destination: OUTSIDE6 }],
    ['as a group', { source: 'ff02::1', destination: OUTSIDE6 }],
    ['as nobody', { source: '::', destination: OUTSIDE6 }],
    ['from another prefix', { source: 'fd12:3456:789b::2', destination: OUTSIDE6 }],
    ['as the loopback', { source: '::1', destination: OUTSIDE6 }],
    ["with the gateway's MAC", { mac: new Lan().gateway.addresses.mac }],
    ["with a group's MAC", { mac: '01:00:5e:00:00:01' }],
    ["to another's MAC", { toMac: DB.mac }],
    ['to everybody', { destination: '255.255.255.255' }],
    ['to the network', { destination: '10.86.0.255' }],
    ['to a group', { destination: '239.1.2.3' }],
  ])('ignores TCP %s: %j', (_what, change) => {
    const lan = new Lan();
    expect(reaching({ ...toOutside, ...change }, lan)).toEqual([]);
    expect(lan.heard()).toEqual([]);
  });

  it('lets any card use an address that the network gave to none', () => {
    expect(reaching({ ...toOutside, source: '10.86.0.77' })).toEqual([`10.86.0.77 ${OUTSIDE}`]);
  });

  it('tells who sends out from a link-local address that it is nobody there', () => {
    const lan = new Lan();
    lan.send({
      source: WEB_LINK_LOCAL,
      destination: OUTSIDE6,
      protocol: 6,
      payload: segment,
      mac: WEB.mac,
    });
    expect(lan.tcp.received).toEqual([]);
    lan.frames.splice(0);
    lan.send({ source: WEB_LINK_LOCAL, destination: GATEWAY6, protocol: 6, payload: segment });
    expect(lan.tcp.received.length).toBe(1);
  });

  it('takes the word of the card for a checksum that is not there yet, of the transport header only', () => {
    const raw = { ...toOutside, payload: new Uint8Array(20).fill(1), isRaw: true };
    const partial = {
      flags: OFFLOAD_FLAG.needsChecksum,
      segmentation: 0,
      headerBytes: 0,
      segmentBytes: 0,
      checksumOffset: 16,
    };
    expect(reaching(raw)).toEqual([]);
    expect(reaching({ ...raw, offload: { ...partial, checksumStart: 34 } }).length).toBe(1);
    expect(reaching({ ...raw, offload: { ...partial, checksumStart: 42 } })).toEqual([]);
  });

  it('verifies the checksum of a packet that came in pieces, whatever the card says of them', () => {
    const lan = new Lan();
    const partial = {
      flags: 1,
      segmentation: 0,
      headerBytes: 0,
      segmentBytes: 0,
      checksumStart: 34,
      checksumOffset: 6,
    };
    const whole = datagram(1, 9999, 'x'.repeat(24));
    const send = (payload: Uint8Array, offset: number, more: boolean): void =>
      lan.send({
        ...toOutside,
        protocol: 17,
        payload,
        fragment: { identification: 7, offset, more },
        offload: partial,
      });
    whole.set([1, 2], 6);
    send(whole.slice(0, 16), 0, true);
    send(whole.slice(16), 16, false);
    expect(lan.host.udp).toEqual([]);
    whole.set([0, 0], 6);
    send(whole.slice(16), 16, false);
    send(whole.slice(0, 16), 0, true);
    expect(lan.host.udp[0]?.sent[0]?.bytes.length).toBe(24);
  });

  it('puts IPv6 fragments together, and knows a fragment that is the whole packet', () => {
    const lan = new Lan();
    const ping = frameOf(
      { source: WEB6, destination: GATEWAY6, protocol: 58, payload: echoRequest(6, 1, 1, 'x'.repeat(24)) },
      lan.gateway.addresses.mac,
    );
    const payload = ping.slice(54);
    const send = (piece: Uint8Array, offset: number, more: boolean): void =>
      lan.send({
        source: WEB6,
        destination: GATEWAY6,
        protocol: 58,
        payload: piece,
        fragment: { identification: 9, offset, more },
      });
    lan.frames.splice(0);
    send(payload.slice(0, 16), 0, true);
    expect(lan.frames.length).toBe(0);
    send(payload.slice(16), 16, false);
    send(payload, 0, false);
    // The guest's MAC is asked for, as it never said anything else: one question, and both answers wait.
    expect(lan.heard().map(({ payload: [type] }) => type)).toEqual([135]);
  });

  it('says that a packet has no hops left, and that nobody speaks its protocol', () => {
    const lan = new Lan();
    lan.send({ ...toOutside, hopLimit: 1 });
    lan.send({ ...toOutside, hopLimit: 0 });
    lan.send({ ...toOutside, protocol: 47 });
    lan.send({ ...toOutside, destination: GATEWAY, protocol: 132 });
    const said = lan.heard().map(({ source, payload }) => [source, payload[0], payload[1]]);
    expect(said).toEqual([
      [GATEWAY, 11, 0],
      [GATEWAY, 11, 0],
      [GATEWAY, 3, 2],
      [GATEWAY, 3, 2],
    ]);
    expect(reaching({ ...toOutside, destination: GATEWAY, hopLimit: 1 }).length).toBe(1);
  });
});
