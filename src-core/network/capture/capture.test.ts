import { expect, test } from 'vitest';
import { packetSummarySchema } from '../../contract/networks.ts';
import type { PacketSummary } from '../../contract/networks.ts';
import { COMPLETE } from '../../host/frame-port.ts';
import {
  ethernetFrame,
  ipFrame,
  MAC_A,
  MAC_B,
  numbered,
  tcpPayload,
  udpPayload,
  uncutTcp,
} from '../wire-format/testing/frames.ts';
import { dissect } from '../wire-format/dissection.ts';
import { HOSTILE_FRAMES, HOSTILE_TIMEOUT_MS, hostileFrames } from '../wire-format/testing/hostile.ts';
import { Capture } from './capture.ts';
import { summarize } from './summary.ts';

const V4 = { source: '10.86.0.2', destination: '10.86.0.3' };
const V6 = { source: 'fd12::2', destination: 'fd12::3' };
const PING = ipFrame({ ...V4, protocol: 1, payload: Uint8Array.of(8, 0, 0, 0, 0, 5, 0, 1, 1, 2), checksumAt: 2 });

function capture(form: 'pcap' | 'summaries', wanted: { card?: string; filter?: string; room?: () => boolean } = {}) {
  const pieces: Uint8Array[] = [];
  const { room = () => true, ...request } = wanted;
  const take = (bytes: Uint8Array): boolean => room() && pieces.push(bytes) > 0;
  return { pieces, capture: new Capture({ form, take, ...request }, () => 1_700_000_000_123.5) };
}

function linesOf(pieces: readonly Uint8Array[]): PacketSummary[] {
  const text = pieces.map((piece) => new TextDecoder().decode(piece)).join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => packetSummarySchema.parse(JSON.parse(line)));
}

test('a packet is a line of JSON, with its number, its time and the card that sent it', () => {
  const { capture: running, pieces } = capture('summaries');
  running.see('web/0', '', [PING.subarray(0, 20), PING.subarray(20)], COMPLETE);
  running.flush();
  expect(linesOf(pieces)).toEqual([
    {
      number: 1,
      at: 1_700_000_000_123.5,
      from: 'web/0',
      source: '10.86.0.2',
      destination: '10.86.0.3',
      protocol: 'ICMP',
      bytes: 44,
      info: 'echo request id 5 seq 1 len 2',
    },
  ]);
});

test('of a card, what it sends, what is for it and what is for everybody is seen', () => {
  const { capture: running, pieces } = capture('summaries', { card: 'a' });
  for (const [from, to] of [
    ['a', 'b'],
    ['b', 'a'],
    ['b', '*'],
    ['b', 'c'],
    ['', 'b'],
  ] as const)
    running.see(from, to, [PING], COMPLETE);
  running.flush();
  expect(linesOf(pieces).map(({ from }) => from)).toEqual(['a', 'b', 'b']);
});

test('a pcap file has its head first, and what was sent as one in segments', () => {
  const { capture: running, pieces } = capture('pcap', { filter: 'tcp' });
  const { frame, offload } = uncutTcp({ data: numbered(3000) }, 1400);
  running.see('a', 'b', [frame], offload);
  running.see('a', 'b', [PING], COMPLETE);
  running.flush();
  const [head = new Uint8Array(), records = new Uint8Array()] = pieces;
  expect(head).toHaveLength(24);
  const view = new DataView(records.buffer, records.byteOffset);
  expect([0, 4, 8, 12].map((at) => view.getUint32(at, true))).toEqual([1_700_000_000, 123_500_000, 1454, 1454]);
  expect(records).toHaveLength(2 * (16 + 1454) + 16 + 254);
  expect(running.counts).toEqual({ packets: 3, droppedPackets: 0 });
});

test('packets that a slow reader has no room for are dropped and counted', () => {
  let hasRoom = true;
  const { capture: running, pieces } = capture('pcap', { room: () => hasRoom });
  hasRoom = false;
  for (let count = 0; count < 5000; count++) running.see('a', 'b', [PING], COMPLETE);
  running.flush();
  hasRoom = true;
  running.see('a', 'b', [PING], COMPLETE);
  running.flush();
  expect(running.counts).toEqual({ packets: 1, droppedPackets: 5000 });
  expect(pieces.map(({ length }) => length)).toEqual([24, 16 + PING.length]);
});

const udp = (from: number, to: number, data: readonly number[]): Uint8Array =>
  ipFrame({ ...V4, protocol: 17, payload: udpPayload(from, to, Uint8Array.from(data)) });
const NAME = [3, 119, 119, 119, 3, 105, 110, 110, 0];
const query = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...NAME, 0, 1, 0, 1];
const answer = [...query, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 86, 0, 9];
answer[2] = 0x81;
answer[7] = 1;
const dhcp = [...new Array<number>(236).fill(0), 99, 130, 83, 99, 53, 1, 3, 50, 4, 10, 86, 0, 2, 255];
const arp = (operation: number, sender: number, target: number): Uint8Array =>
  ethernetFrame(
    MAC_B,
    MAC_A,
    0x0806,
    Uint8Array.from([
      0,
      1,
      8,
      0,
      6,
      4,
      0,
      operation,
      0x52,
      0x54,
      0,
      0,
      0,
      10,
      10,
      86,
      0,
      sender,
      0,
      0,
      0,
      0,
      0,
      0,
      10,
      86,
      0,
      target,
    ]),
  );
const address6 = [0xfd, 0x12, ...new Array<number>(13).fill(0), 2];
const icmp6 = (payload: readonly number[]): Uint8Array =>
  ipFrame({ ...V6, protocol: 58, payload: Uint8Array.from(payload) });
const tcp = (text: string): Uint8Array =>
  ipFrame({ ...V4, protocol: 6, payload: tcpPayload({ data: new TextEncoder().encode(text) }) });
const serverName = [...new TextEncoder().encode('debian.org')];
const sni = [0, 0, 0, serverName.length + 5, 0, serverName.length + 3, 0, 0, serverName.length, ...serverName];
const hello = [
  22,
  3,
  1,
  0,
  0,
  1,
  0,
  0,
  0,
  3,
  3,
  ...new Array<number>(32).fill(7),
  0,
  0,
  2,
  19,
  1,
  1,
  0,
  0,
  sni.length,
  ...sni,
];

test.each<[string, string, Uint8Array]>([
  ['ARP', 'Who has 10.86.0.1? Tell 10.86.0.2', arp(1, 2, 1)],
  ['ARP', '10.86.0.2 is at 52:54:00:00:00:0a', arp(2, 2, 1)],
  ['DNS', 'A www.inn?', udp(5000, 53, query)],
  ['DNS', 'A www.inn: 10.86.0.9', udp(53, 5000, answer)],
  ['DHCP', 'request 10.86.0.2', udp(68, 67, dhcp)],
  ['UDP', '5000 → 123 (ntp) len 2', udp(5000, 123, [1, 2])],
  [
    'ICMPv6',
    'neighbour solicitation for fd12::2 from 01:02:03:04:05:06',
    icmp6([135, 0, 0, 0, 0, 0, 0, 0, ...address6, 1, 1, 1, 2, 3, 4, 5, 6]),
  ],
  [
    'ICMPv6',
    'router advertisement prefix fd12::2/64',
    icmp6([
      134,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      3,
      4,
      64,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...address6,
    ]),
  ],
  [
    'ICMP',
    'destination unreachable: port',
    ipFrame({ ...V4, protocol: 1, payload: Uint8Array.of(3, 3, 0, 0, 0, 0, 0, 0) }),
  ],
  [
    'TCP',
    '49152 → 80 (http) [SYN] seq 5 win 64240 mss 1460',
    ipFrame({ ...V4, protocol: 6, payload: tcpPayload({ sequence: 5, flags: 2, options: [2, 4, 5, 0xb4] }) }),
  ],
  ['TCP', '49152 → 80 (http) [ACK] seq 1 ack 7 win 64240 len 4', tcp('\u0000abc')],
  ['HTTP', 'GET /x HTTP/1.1', tcp('GET /x HTTP/1.1\r\nHost: y\r\n')],
  [
    'TLS',
    'Client Hello for debian.org',
    ipFrame({ ...V4, protocol: 6, payload: tcpPayload({ data: Uint8Array.from(hello) }) }),
  ],
  ['IPv4', 'protocol 132', ipFrame({ ...V4, protocol: 132, payload: numbered(20) })],
  ['IPv4', 'malformed, protocol 6', ipFrame({ ...V4, protocol: 6, payload: numbered(10) })],
  ['Ethernet', 'type 0x88b5', ethernetFrame(MAC_B, MAC_A, 0x88b5, numbered(10))],
])('%s is told as "%s"', (protocol, info, frame) => {
  const packet = dissect(frame);
  expect(packet && summarize(packet)).toMatchObject({ protocol, info });
});

test('what controls a terminal stays out of a line', () => {
  const packet = dissect(tcp('GET /\u001b[2J HTTP/1.1'));
  expect(packet && summarize(packet).info).toBe('GET /.[2J HTTP/1.1');
});

test(
  `${HOSTILE_FRAMES} hostile frames are told in lines of a bounded length`,
  () => {
    const next = hostileFrames(0xcafe);
    for (let count = 0; count < HOSTILE_FRAMES; count++) {
      const packet = dissect(next().bytes);
      const info = packet === null ? '' : summarize(packet).info;
      if (info.length > 300) throw new Error(`frame ${count} has a line of ${info.length} letters`);
    }
  },
  HOSTILE_TIMEOUT_MS,
);
