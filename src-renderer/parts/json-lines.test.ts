import { expect, test } from 'vitest';
import { packetSummarySchema } from '../../src-core/contract/networks.ts';
import { JsonLines } from './json-lines.ts';

const packet = (number: number) => ({
  number,
  at: 1000 + number,
  from: 'm/0',
  source: '10.86.0.2',
  destination: '10.86.0.1',
  protocol: 'TCP',
  bytes: 60,
  info: '49152 → 80 [SYN]',
});

test('lines are put together again, wherever the pieces were cut, within a letter too', () => {
  const bytes = new TextEncoder().encode(`${JSON.stringify(packet(1))}\n${JSON.stringify(packet(2))}\n`);
  for (let at = 0; at <= bytes.length; at += 1) {
    const lines = new JsonLines(packetSummarySchema);
    expect([...lines.push(bytes.subarray(0, at)), ...lines.push(bytes.subarray(at))]).toEqual([packet(1), packet(2)]);
  }
});

test('what is no packet is passed over', () => {
  const text = `nonsense\n{"number":1}\n${JSON.stringify(packet(3))}\n`;
  expect(new JsonLines(packetSummarySchema).push(new TextEncoder().encode(text))).toEqual([packet(3)]);
});
