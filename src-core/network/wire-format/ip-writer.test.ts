import { expect, it } from 'vitest';
import { internetChecksum } from './checksum.ts';
import { parseIpv4, parseIpv6 } from './ip.ts';
import { writeIpv4, writeIpv6 } from './ip-writer.ts';

const FRAGMENT = { identification: 0x1234, offset: 1480, more: true };

it.each([null, FRAGMENT, { ...FRAGMENT, more: false }])('what is written is read again: fragment %o', (fragment) => {
  const rest = { protocol: 17, hopLimit: 9, payloadBytes: 8, fragment };
  const [source, destination] = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2)];
  const packet = new Uint8Array(28);
  writeIpv4(packet, { source, destination, ...rest });
  expect(internetChecksum(packet.subarray(0, 20))).toBe(0);
  const { payloadBytes, ...read } = rest;
  expect(parseIpv4(packet, 0)).toMatchObject({ source, destination, ...read, payloadAt: 20, end: 20 + payloadBytes });

  const [source6, destination6] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
  const headers = fragment === null ? 40 : 48;
  const packet6 = new Uint8Array(headers + payloadBytes);
  writeIpv6(packet6, { source: source6, destination: destination6, ...rest });
  const found = parseIpv6(packet6, 0);
  expect(found).toMatchObject({ source: source6, ...read, payloadAt: headers, end: headers + payloadBytes });
  expect(found?.destination).toEqual(destination6);
});
