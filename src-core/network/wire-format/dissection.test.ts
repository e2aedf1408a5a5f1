import { expect, test } from 'vitest';
import { dissect } from './dissection.ts';
import type { Dissection } from './dissection.ts';
import { write16 } from './fields.ts';
import { parseTcpOptions } from './tcp.ts';
import { ethernetFrame, ipFrame, MAC_A, MAC_B, numbered, tcpPayload, udpPayload } from './testing/frames.ts';
import { HOSTILE_FRAMES, HOSTILE_TIMEOUT_MS, hostileFrames } from './testing/hostile.ts';

const V4 = { source: '10.86.0.2', destination: '10.86.0.3' };
const V6 = { source: 'fd12::2', destination: 'fd12::3' };

test('a TCP segment is found with its ports, numbers and options', () => {
  const options = [2, 4, 5, 0xb4, 3, 3, 7, 4, 2, 1, 1, 0, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1];
  const payload = tcpPayload({ sequence: 0x9000_0001, flags: 2, options, data: numbered(3) });
  const { tcp, ip, frame } = dissect(ipFrame({ ...V4, protocol: 6, payload })) as Dissection;
  expect(tcp).toMatchObject({ sourcePort: 49_152, destinationPort: 80, sequence: 0x9000_0001, flags: 2 });
  expect(ip?.end).toBe((tcp?.dataAt ?? 0) + 3);
  if (tcp === null) return;
  // The end of the list is before the timestamps.
  expect(parseTcpOptions(frame, tcp)).toMatchObject({
    maximumSegment: 1460,
    windowScale: 7,
    sackPermitted: true,
    timestamps: null,
  });
});

test('timestamps and selective acknowledgments are read', () => {
  const options = [8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 5, 10, 0, 0, 0, 5, 0, 0, 0, 9];
  const { tcp, frame } = dissect(ipFrame({ ...V6, protocol: 6, payload: tcpPayload({ options }) })) as Dissection;
  if (tcp === null) throw new Error('no TCP was found');
  expect(parseTcpOptions(frame, tcp)).toMatchObject({ timestamps: { value: 1, echo: 2 }, sack: [[5, 9]] });
});

test('what pads a short frame is no part of the packet', () => {
  const frame = ipFrame({ ...V4, protocol: 17, payload: udpPayload(1, 2, Uint8Array.of(9)) });
  const padded = new Uint8Array(60);
  padded.set(frame);
  expect(dissect(padded)).toMatchObject({ ip: { end: 43 }, udp: { end: 43 } });
});

test('a tag is passed over', () => {
  const inner = ipFrame({ ...V4, protocol: 17, payload: udpPayload(1, 2, Uint8Array.of(9)) });
  const tagged = ethernetFrame(MAC_B, MAC_A, 0x8100, Uint8Array.from([0x20, 5, 8, 0, ...inner.subarray(14)]));
  expect(dissect(tagged)).toMatchObject({ ethernet: { vlan: 5, type: 0x0800 }, udp: { destinationPort: 2 } });
});

test('extension headers are passed over, as many as are honest', () => {
  const udp = udpPayload(1, 2, Uint8Array.of(9));
  const extension = (next: number): number[] => [next, 0, 1, 4, 0, 0, 0, 0];
  const one = Uint8Array.from([...extension(17), ...udp]);
  expect(dissect(ipFrame({ ...V6, protocol: 60, payload: one }))?.udp?.destinationPort).toBe(2);
  const many = Uint8Array.from([...new Array(20).fill(extension(60)).flat(), ...udp] as number[]);
  expect(dissect(ipFrame({ ...V6, protocol: 60, payload: many }))?.ip).toBeNull();
});

test('a later fragment has no ports', () => {
  const frame = ipFrame({ ...V4, protocol: 17, payload: udpPayload(1, 2, numbered(20)) });
  write16(frame, 20, 3);
  expect(dissect(frame)).toMatchObject({ ip: { fragment: { offset: 24 } }, udp: null });
});

test('a first fragment has its ports, also behind headers of the part that was cut', () => {
  const fragment = [60, 0, 0, 1, 0, 0, 0, 7];
  const options = [17, 0, 1, 4, 0, 0, 0, 0];
  const payload = Uint8Array.from([...fragment, ...options, ...udpPayload(1, 2, numbered(8))]);
  expect(dissect(ipFrame({ ...V6, protocol: 44, payload }))).toMatchObject({
    ip: { protocol: 17, fragment: { identification: 7, offset: 0, more: true } },
    udp: { destinationPort: 2 },
  });
});

test.each([
  ['an IPv4 packet longer than its frame', 16, 0xffff],
  ['an IPv4 header longer than its packet', 14, 0x4f00],
  ['a TCP header longer than its packet', 46, 0xf010],
  ['a TCP header of 4 bytes', 46, 0x1010],
])('%s is none', (_, at, value) => {
  const frame = ipFrame({ ...V4, protocol: 6, payload: tcpPayload({}) });
  expect(dissect(frame)?.tcp).not.toBeNull();
  write16(frame, at, value);
  expect(dissect(frame)?.tcp).toBeNull();
});

test(
  `${HOSTILE_FRAMES} hostile frames are read within their bounds`,
  () => {
    const next = hostileFrames(0x51ce);
    for (let count = 0; count < HOSTILE_FRAMES; count++) {
      const { bytes } = next();
      const found = dissect(bytes);
      const { ip, tcp, udp, icmp } = found ?? { ip: null, tcp: null, udp: null, icmp: null };
      const ends = [ip?.end, ip?.payloadAt, tcp?.dataAt, udp?.dataAt, udp?.end, icmp?.bodyAt, icmp?.end];
      for (const end of ends) if ((end ?? 0) > bytes.length) throw new Error(`frame ${count} is read behind its end`);
      if (found?.tcp) parseTcpOptions(bytes, found.tcp);
    }
  },
  HOSTILE_TIMEOUT_MS,
);
