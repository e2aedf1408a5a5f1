import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Offload } from '../../host/frame-port.ts';
import { COMPLETE } from '../../host/frame-port.ts';
import { dissect } from '../wire-format/dissection.ts';
import type { Dissection } from '../wire-format/dissection.ts';
import {
  ethernetFrame,
  ipFrame,
  MAC_A,
  MAC_B,
  numbered,
  tcpPayload,
  udpPayload,
} from '../wire-format/testing/frames.ts';
import { uncheckedTcp, uncutTcp } from '../wire-format/testing/frames.ts';
import { seededFractions } from '../wire-format/testing/hostile.ts';
import { Capture } from './capture.ts';
import { compileFilter } from './filter.ts';

/** Wireshark reads what we write, and says what each filter wants. */
const isThere = spawnSync('tshark', ['--version'], { stdio: 'ignore' }).status === 0;
if (!isThere) console.warn('tshark is missing: captures are not read by another program');

const root = mkdtempSync(join(tmpdir(), 'innkeeper-capture-'));
const file = join(root, 'capture.pcap');
afterAll(() => rmSync(root, { recursive: true, force: true }));

const CHECKS = ['tcp.check_checksum', 'ip.check_checksum', 'udp.check_checksum'].flatMap((name) => [
  '-o',
  `${name}:TRUE`,
]);

/** @returns numbers of the frames that a display filter wants, from 1 */
function shark(filter: string, path = file): number[] {
  const text = execFileSync(
    'tshark',
    ['-n', '-r', path, ...CHECKS, '-Y', filter, '-T', 'fields', '-e', 'frame.number'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return text.split('\n').filter(Boolean).map(Number);
}

interface Sent {
  readonly frame: Uint8Array;
  readonly offload: Offload;
}

/** Complete, with a checksum left to do, and uncut, of both families. */
function traffic(): Sent[] {
  const random = seededFractions(0xbeef);
  const below = (limit: number): number => Math.floor(random() * limit);
  // Each is of a connection of its own: overlapping sequence numbers would be malformed indeed.
  let connections = 0;
  const from = (): number => 20_000 + connections++;
  const to = (): number => [7777, 80, 443, 8080][below(4)] ?? 80;
  const whole = (frame: Uint8Array): Sent => ({ frame, offload: COMPLETE });
  const addresses = (): { source: string; destination: string } =>
    random() < 0.6
      ? { source: `10.86.0.${1 + below(6)}`, destination: random() < 0.5 ? `10.86.1.${1 + below(6)}` : '9.9.9.9' }
      : { source: `fd12::${1 + below(6)}`, destination: `fd13::${1 + below(6)}` };
  const makers: (() => Sent)[] = [
    () =>
      whole(
        ipFrame({
          ...addresses(),
          protocol: 6,
          payload: tcpPayload({ ports: [from(), to()], data: numbered(below(90)) }),
          checksumAt: 16,
        }),
      ),
    () =>
      whole(
        ipFrame({
          ...addresses(),
          protocol: 17,
          payload: udpPayload(49_152 + below(9), 50_000 + below(9), numbered(below(400))),
          checksumAt: 6,
        }),
      ),
    () =>
      whole(
        ipFrame({
          source: '10.86.0.2',
          destination: '10.86.0.3',
          from: MAC_B,
          to: MAC_A,
          protocol: 1,
          payload: Uint8Array.from([8, 0, 0, 0, 0, 1, 0, 1, ...numbered(below(60))]),
          checksumAt: 2,
        }),
      ),
    () =>
      whole(
        ipFrame({
          source: 'fd12::2',
          destination: 'fd12::3',
          protocol: 58,
          payload: Uint8Array.from([128, 0, 0, 0, 0, 1, 0, 1, ...numbered(8)]),
          checksumAt: 2,
        }),
      ),
    () =>
      whole(
        ethernetFrame(
          'ff:ff:ff:ff:ff:ff',
          MAC_A,
          0x0806,
          Uint8Array.from([
            0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0, 0, 10, 10, 86, 0, 2, 0, 0, 0, 0, 0, 0, 10, 86, 0, 1,
          ]),
        ),
      ),
    () => uncheckedTcp({ ports: [from(), 80], data: numbered(below(1000)) }),
    () =>
      uncutTcp(
        {
          ports: [from(), to()],
          flags: 24,
          data: numbered(2000 + below(50_000)),
          options: [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2],
        },
        1400,
        random() < 0.5 ? 4 : 6,
      ),
  ];
  return Array.from({ length: 150 }, () => makers[below(makers.length)]?.() ?? uncheckedTcp({}));
}

/** Frames as they are in the file. */
const written: Uint8Array[] = [];

beforeAll(() => {
  const pieces: Uint8Array[] = [];
  const take = (bytes: Uint8Array): boolean => pieces.push(bytes) > 0;
  const capture = new Capture({ form: 'pcap', take }, () => 1_700_000_000_000);
  for (const { frame, offload } of traffic()) capture.see('a', 'b', [frame], offload);
  capture.flush();
  const bytes = Buffer.concat(pieces);
  writeFileSync(file, bytes);
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    written.push(bytes.subarray(at + 16, at + 16 + bytes.readUInt32LE(at + 8)));
  }
});

describe.skipIf(!isThere)('a capture, read by tshark', () => {
  test('has all frames, none malformed or cut short, and no bad checksum', () => {
    expect(shark('frame')).toHaveLength(written.length);
    expect(shark('_ws.malformed || _ws.short || frame.len != frame.cap_len || frame.len > 1518')).toEqual([]);
    const bad = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((name) => `${name}.checksum.status == "Bad"`);
    expect(shark(bad.join(' || '))).toEqual([]);
    expect(shark('tcp').length).toBeGreaterThan(300);
    expect(shark('tcp.checksum.status == "Good"')).toEqual(shark('tcp'));
  });

  test('a bad checksum would have been found', () => {
    const broken = written.findIndex((frame) => dissect(frame)?.tcp && frame.length > 100);
    const path = join(root, 'broken.pcap');
    const pieces: Uint8Array[] = [];
    const take = (piece: Uint8Array): boolean => pieces.push(piece) > 0;
    const capture = new Capture({ form: 'pcap', take }, () => 1_700_000_000_000);
    const frame = Uint8Array.from(written[broken] ?? []);
    frame[frame.length - 1] = (frame[frame.length - 1] ?? 0) ^ 1;
    capture.see('a', 'b', [frame], COMPLETE);
    capture.flush();
    writeFileSync(path, Buffer.concat(pieces));
    expect(shark('tcp.checksum.status == "Bad"', path)).toEqual([1]);
  });

  test('of 200 random filters the same frames are wanted', () => {
    const words: readonly (readonly [string, string])[] = [
      ['tcp', 'tcp'],
      ['udp', 'udp'],
      ['arp', 'arp'],
      ['ip6', 'ipv6'],
      ['icmp', 'icmp'],
      ['icmp6', 'icmpv6'],
      ['host 10.86.0.2', 'ip.addr == 10.86.0.2 || arp.src.proto_ipv4 == 10.86.0.2 || arp.dst.proto_ipv4 == 10.86.0.2'],
      ['src host fd12::3', 'ipv6.src == fd12::3'],
      ['dst net 10.86.1.0/24', 'ip.dst == 10.86.1.0/24'],
      ['net fd13::/16', 'ipv6.addr == fd13::/16'],
      ['tcp port 80', 'tcp.port == 80'],
      ['dst port 443', 'tcp.dstport == 443 || udp.dstport == 443'],
      ['udp portrange 50003-50005', 'udp.port in {50003 .. 50005}'],
      [`ether src ${MAC_B}`, `eth.src == ${MAC_B}`],
      ['ether broadcast', 'eth.dst == ff:ff:ff:ff:ff:ff'],
      ['greater 500', 'frame.len >= 500'],
    ];
    const wanted = words.map(([ours, theirs]) => ({ ours, frames: new Set(shark(theirs)) }));
    const random = seededFractions(99);
    const below = (limit: number): number => Math.floor(random() * limit);
    const packets = written.map((frame) => dissect(frame) as Dissection);
    const expression = (depth: number): { text: string; wants: (frame: number) => boolean } => {
      const word = wanted[below(wanted.length)];
      if (depth === 0 || random() < 0.3)
        return { text: word?.ours ?? '', wants: (frame) => word?.frames.has(frame) ?? false };
      const [one, other] = [expression(depth - 1), expression(depth - 1)];
      const kind = below(3);
      if (kind === 0) return { text: `not (${one.text})`, wants: (frame) => !one.wants(frame) };
      if (kind === 1)
        return { text: `(${one.text}) and (${other.text})`, wants: (frame) => one.wants(frame) && other.wants(frame) };
      return { text: `(${one.text}) or (${other.text})`, wants: (frame) => one.wants(frame) || other.wants(frame) };
    };
    for (let count = 0; count < 200; count++) {
      const { text, wants } = expression(3);
      const test = compileFilter(text);
      const ours = packets.flatMap((packet, index) => (test(packet) ? [index + 1] : []));
      expect(ours, text).toEqual(packets.map((_, index) => index + 1).filter(wants));
    }
  });
});
