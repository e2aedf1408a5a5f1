import { expect, test } from 'vitest';
import { fold, internetChecksum, onesSum, onesSumOf } from './checksum.ts';
import { write16 } from './fields.ts';
import { seededFractions } from './testing/hostile.ts';

/** RFC 1071 §1, word by word. */
function plainSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  return fold(sum);
}

function randomBytes(random: () => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random() * 256);
}

test('the sum is that of RFC 1071 for every length and every place in memory', () => {
  const random = seededFractions(1);
  for (let round = 0; round < 400; round++) {
    const at = Math.floor(random() * 8);
    const bytes = randomBytes(random, at + Math.floor(random() * 1600)).subarray(at);
    expect(onesSum(bytes)).toBe(plainSum(bytes));
  }
});

test('the largest frame of the largest words is summed without overflow', () => {
  for (const at of [0, 1]) {
    const bytes = new Uint8Array(65_554).fill(0xff).subarray(at);
    expect(onesSum(bytes)).toBe(plainSum(bytes));
  }
});

test('the example of RFC 1071 has the sum that it says', () => {
  expect(onesSum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0xddf2);
});

test('over bytes that hold a good checksum it is zero', () => {
  const bytes = randomBytes(seededFractions(3), 60);
  write16(bytes, 10, 0);
  write16(bytes, 10, internetChecksum(bytes));
  expect(internetChecksum(bytes)).toBe(0);
});

test('the sum of pieces of any lengths is that of the whole', () => {
  const random = seededFractions(2);
  for (let round = 0; round < 200; round++) {
    const whole = randomBytes(random, 900);
    const cuts = [random(), random(), random()].map((part) => Math.floor(part * 900)).sort((a, b) => a - b);
    const pieces = [0, ...cuts].map((from, index) => whole.subarray(from, cuts[index] ?? 900));
    expect(onesSumOf(pieces)).toBe(plainSum(whole));
  }
});
