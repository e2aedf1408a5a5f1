import { expect, test } from 'vitest';
import { COMPLETE } from '../../host/frame-port.ts';
import type { LinkConditions } from '../network-runner.ts';
import { PERFECT_LINK } from '../network-runner.ts';
import { ethernetFrame, numbered, uncutTcp } from '../wire-format/testing/frames.ts';
import { seededFractions } from '../wire-format/testing/hostile.ts';
import { Line } from './conditions.ts';
import { Lab, macOf } from './testing/lab.ts';

const numberedFrame = (number: number, bytes = 60): Uint8Array => {
  const payload = new Uint8Array(bytes - 14);
  payload[payload.length - 1] = number;
  return ethernetFrame(macOf('b'), macOf('a'), 0x88b5, payload);
};

function conditions(wanted: Partial<LinkConditions>): LinkConditions {
  return { ...PERFECT_LINK, ...wanted };
}

test('a frame takes the delay of both lines that it goes over, and the ring has room at once', () => {
  const lab = new Lab(conditions({ delayMs: 20 }));
  const [a, b] = [lab.card('a'), lab.card('b')];
  a.put(numberedFrame(1));
  lab.settle();
  expect(a.sent).toEqual([]);
  lab.pass(39);
  expect(b.numbers).toEqual([]);
  lab.pass(2);
  expect(b.numbers).toEqual([1]);
});

test('so many frames are lost as were to be, and counted', () => {
  const lab = new Lab(conditions({ loss: 0.1 }));
  const [a, b] = [lab.card('a'), lab.card('b')];
  for (let count = 0; count < 2000; count++) a.put(numberedFrame(count));
  lab.pass(3);
  // Each goes over two lines.
  expect(b.received.length).toBeGreaterThan(1540);
  expect(b.received.length).toBeLessThan(1700);
  expect(a.droppedFrames + b.droppedFrames).toBe(2000 - b.received.length);
});

test('where each frame counts, a long one goes over the line in segments', () => {
  const { frame, offload } = uncutTcp({ data: numbered(7000) }, 1400);
  frame.set(numberedFrame(0).subarray(0, 12));
  for (const [wanted, frames] of [
    [{ loss: 1e-9 }, 5],
    [{ delayMs: 1 }, 1],
  ] as const) {
    const lab = new Lab(conditions(wanted));
    const [a, b] = [lab.card('a'), lab.card('b')];
    a.put(frame, offload);
    lab.pass(5);
    expect(b.received).toHaveLength(frames);
  }
});

test('no more bytes arrive than the rate allows; what finds no room in the queue is dropped at its end', () => {
  const now = { ms: 0 };
  const line = new Line({ now: () => now.ms, random: () => 0.5 }, conditions({ bitsPerSecond: 8_000_000 }));
  let put = 0;
  while (line.put([numberedFrame(put, 976)], COMPLETE)) put++;
  // A quarter of a second of a megabyte each second, in frames of 1000 bytes on the wire.
  expect(put).toBeGreaterThan(245);
  expect(put).toBeLessThan(265);
  let arrived = 0;
  for (now.ms = 0; now.ms <= 100; now.ms++)
    while (line.peek()) {
      line.take();
      arrived++;
    }
  expect(arrived).toBeGreaterThanOrEqual(100);
  expect(arrived).toBeLessThanOrEqual(103);
});

test('all that is under way on the longest line stays within its bound', () => {
  const line = new Line({ now: () => 0, random: () => 0.5 }, conditions({ delayMs: 10_000 }));
  let bytes = 0;
  const frame = numberedFrame(1, 1514);
  while (line.put([frame], COMPLETE) && bytes < 1e9) bytes += frame.length;
  expect(bytes).toBeLessThan(16 * 1024 * 1024);
});

test('a frame under way stays what it was when its place in the ring is used again', () => {
  const line = new Line({ now: () => 0, random: () => 0.5 }, conditions({}));
  const ring = Uint8Array.of(1, 2, 3);
  line.put([ring], COMPLETE);
  ring.fill(9);
  expect([...(line.peek()?.bytes ?? [])]).toEqual([1, 2, 3]);
});

test('nothing is lost or comes out of order, however the conditions change meanwhile', () => {
  const random = seededFractions(7);
  const lab = new Lab();
  const [a, b] = [lab.card('a'), lab.card('b')];
  let sent = 0;
  for (let step = 0; step < 400; step++) {
    if (step % 7 === 0) {
      const wanted = { delayMs: Math.floor(random() * 30), bitsPerSecond: random() < 0.5 ? null : 1e8 };
      lab.switch.change(random() < 0.3 ? PERFECT_LINK : conditions(wanted));
    }
    for (let count = Math.floor(random() * 4); count > 0; count--) a.put(numberedFrame(sent++ & 0xff));
    lab.pass(1);
  }
  lab.switch.change(PERFECT_LINK);
  lab.pass(100);
  expect(b.numbers).toEqual(Array.from({ length: sent }, (_, number) => number & 0xff));
  a.put(numberedFrame(1));
  lab.switch.service();
  // Without conditions there is no line any more.
  expect(b.received).toHaveLength(sent + 1);
});
