import { expect, test } from 'vitest';
import { COMPLETE, OFFLOAD_FLAG, SEGMENTATION } from '../../host/frame-port.ts';
import type { Offload } from '../../host/frame-port.ts';
import { onesSum, pseudoHeaderSum, fold } from '../wire-format/checksum.ts';
import { dissect } from '../wire-format/dissection.ts';
import { read16 } from '../wire-format/fields.ts';
import { TCP_FLAG } from '../wire-format/tcp.ts';
import { ipFrame, numbered, udpPayload, uncheckedTcp, uncutTcp } from '../wire-format/testing/frames.ts';
import { finished, soundFrame, soundOffload, wireFrames } from './offload.ts';

function isGood(frame: Uint8Array): boolean {
  const ip = dissect(frame)?.ip;
  if (!ip) return false;
  const payload = frame.subarray(ip.payloadAt, ip.end);
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, ip.protocol, payload.length);
  const header = ip.version === 4 ? onesSum(frame.subarray(ip.headerAt, ip.payloadAt)) : 0xffff;
  return header === 0xffff && fold(pseudo + onesSum(payload)) === 0xffff;
}

const FLAGS = TCP_FLAG.ack | TCP_FLAG.psh | TCP_FLAG.fin | TCP_FLAG.cwr;

test.each([4, 6] as const)('a frame over IPv%s is cut into segments that are complete', (version) => {
  const data = numbered(3500);
  const { frame, offload } = uncutTcp({ data, flags: FLAGS, sequence: 0xffff_ff00 }, 1400, version);
  const segments = finished(frame, offload);
  expect(segments.every(isGood)).toBe(true);
  const found = segments.map((segment) => dissect(segment));
  expect(found.map((each) => each?.tcp?.sequence)).toEqual([0xffff_ff00, 0x478, 0x9f0]);
  expect(found.map((each) => each?.tcp?.flags)).toEqual([
    TCP_FLAG.ack | TCP_FLAG.cwr,
    TCP_FLAG.ack,
    TCP_FLAG.ack | TCP_FLAG.psh | TCP_FLAG.fin,
  ]);
  const parts = found.map((each) => each?.frame.subarray(each.tcp?.dataAt, each.ip?.end) ?? new Uint8Array());
  expect(parts.map(({ length }) => length)).toEqual([1400, 1400, 700]);
  expect(parts.flatMap((part) => [...part])).toEqual([...data]);
  if (version === 4) expect(segments.map((segment) => read16(segment, 18))).toEqual([0xfffe, 0xffff, 0]);
  expect(wireFrames(frame.length, offload)).toBe(3);
});

test('a checksum that was left to others is completed, of a padded frame too', () => {
  const { frame, offload } = uncheckedTcp({ data: numbered(3) });
  const padded = new Uint8Array(70).fill(0xee);
  padded.set(frame);
  expect(isGood(frame)).toBe(false);
  for (const each of [frame, padded]) expect(finished(each, offload).map(isGood)).toEqual([true]);
});

test('a checksum of zero is written as its opposite, for zero says that there is none', () => {
  const packet = { source: '10.86.0.2', destination: '10.86.0.3', protocol: 17, checksumAt: 6 };
  const partial = (word: number): Uint8Array =>
    ipFrame({ ...packet, payload: udpPayload(1, 2, Uint8Array.of(word >> 8, word & 0xff)), isPartial: true });
  const offload = { ...COMPLETE, flags: OFFLOAD_FLAG.needsChecksum, checksumStart: 34, checksumOffset: 6 };
  const [plain = new Uint8Array()] = finished(partial(0), offload);
  // With the checksum itself as data, what is left is zero.
  const [frame = new Uint8Array()] = finished(partial(read16(plain, 40)), offload);
  expect(read16(frame, 40)).toBe(0xffff);
  expect(isGood(frame)).toBe(true);
});

test('a UDP checksum is finished before the frame goes on, as often as it is looked at; one of TCP is left to the card', () => {
  const packet = { source: '10.86.0.2', destination: '10.86.0.3', protocol: 17, checksumAt: 6 };
  const bytes = ipFrame({ ...packet, payload: udpPayload(68, 67, numbered(30)), isPartial: true });
  const offload = { ...COMPLETE, flags: OFFLOAD_FLAG.needsChecksum, checksumStart: 34, checksumOffset: 6 };
  for (let time = 0; time < 2; time++) {
    const sound = soundFrame({ bytes, offload });
    expect([sound?.offload, isGood(sound?.bytes ?? bytes)]).toEqual([COMPLETE, true]);
  }
  const tcp = uncheckedTcp({ data: numbered(3) });
  expect(soundFrame({ bytes: tcp.frame, offload: tcp.offload })).toEqual({ bytes: tcp.frame, offload: tcp.offload });
  expect(soundFrame({ bytes, offload: { ...offload, checksumStart: bytes.length - 4 } })).toBeNull();
});

const UNCUT = uncutTcp({ data: numbered(3500) }, 1400);
test.each<[string, Partial<Offload>]>([
  ['segments of a few bytes', { segmentBytes: 8 }],
  ['segments longer than an MTU', { segmentBytes: 9000 }],
  ['segments without a checksum', { flags: 0 }],
  ['segments of IPv6', { segmentation: SEGMENTATION.tcp6 }],
  ['segments of nothing known', { segmentation: 3 }],
  ['a checksum elsewhere', { checksumStart: 20 }],
  ['no segments', { segmentation: SEGMENTATION.none }],
])('a long IPv4 frame with %s goes no further', (_, wrong) => {
  expect(soundOffload(UNCUT.frame, UNCUT.offload)).toEqual(UNCUT.offload);
  expect(soundOffload(UNCUT.frame, { ...UNCUT.offload, ...wrong })).toBeNull();
});

test('a checksum behind the end of its frame goes no further, and a claim that it is good is not believed', () => {
  const frame = ipFrame({
    source: '10.86.0.2',
    destination: '10.86.0.3',
    protocol: 17,
    payload: udpPayload(1, 2, numbered(9)),
  });
  const offload = {
    ...COMPLETE,
    flags: OFFLOAD_FLAG.needsChecksum,
    checksumStart: frame.length - 7,
    checksumOffset: 6,
  };
  expect(soundOffload(frame, offload)).toBeNull();
  expect(soundOffload(frame, { ...offload, checksumStart: frame.length - 8 })).not.toBeNull();
  expect(soundOffload(frame, { ...COMPLETE, flags: OFFLOAD_FLAG.checksumIsGood })).toEqual(COMPLETE);
});
