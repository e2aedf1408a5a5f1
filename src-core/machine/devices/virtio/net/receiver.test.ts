import { expect, test } from 'vitest';
import { LONGEST_FRAME_BYTES, type Offload } from '../../../../host/frame-port.ts';
import type { FakeRam } from '../../testing/fake-ram.ts';
import { RING } from '../testing/driver.ts';
import { BIT, EVERYTHING, RECEIVE, startedCard } from './testing/card.ts';

const HEADER = 12;
const TCP4: Offload = {
  ...{ flags: 1, segmentation: 1, headerBytes: 54, segmentBytes: 1448, checksumStart: 34, checksumOffset: 16 },
};

/** What lies in buffers of `length`, one after the other. */
function contents(memory: FakeRam, places: readonly number[], lengths: readonly number[]): Uint8Array {
  return Uint8Array.from(places.flatMap((at, index) => [...memory.ram.view(at, lengths[index] ?? 0)]));
}

test('a frame is put into a buffer behind its header, and the driver is told', () => {
  const { memory, port, slot, driver } = startedCard();
  const [at = 0] = driver.queue(RECEIVE).add([], [1600]);
  driver.queue(RECEIVE).kick();
  driver.interrupts();
  const frame = port.bring(700);
  memory.reported.length = 0;
  slot.service();
  expect(driver.queue(RECEIVE).collect()).toEqual([{ head: 0, written: HEADER + 700 }]);
  expect([...memory.ram.view(at, HEADER)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  expect(memory.ram.view(at + HEADER, 700)).toEqual(frame);
  expect(memory.reported.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThanOrEqual(HEADER + 700);
  expect(driver.interrupts()).toBe(1);
  expect(port.waiting).toEqual([]);
});

test('a large frame is spread over as many buffers as it needs, which say how many they are', () => {
  const { memory, port, slot, driver } = startedCard(EVERYTHING, { queueSize: 64 });
  const queue = driver.queue(RECEIVE);
  const places = Array.from({ length: 20 }, () => queue.add([], [3008, 1088])).map(([at = 0]) => at);
  const frame = port.bring(65_000, TCP4);
  slot.service();
  const used = queue.collect();
  expect(used.map(({ written }) => written)).toEqual([
    ...new Array<number>(15).fill(4096),
    HEADER + 65_000 - 15 * 4096,
  ]);
  // struct virtio_net_hdr: flags, type, hdr_len, gso_size, csum_start, csum_offset, num_buffers.
  const header = [1, 1, 54, 0, 1448 & 0xff, 1448 >> 8, 34, 0, 16, 0, 16, 0];
  const lengths = used.map(({ written }) => written);
  const all = contents(memory, places, lengths);
  expect([...all.subarray(0, HEADER)]).toEqual(header);
  expect(all.subarray(HEADER)).toEqual(frame);
});

test('a buffer that is smaller than the header is filled all the same', () => {
  const { memory, port, slot, driver } = startedCard();
  const queue = driver.queue(RECEIVE);
  const places = [queue.add([], [7, 3]), queue.add([], [1, 30, 60])].flat();
  const frame = port.bring(61);
  slot.service();
  expect(queue.collect().map(({ written }) => written)).toEqual([10, 63]);
  const all = contents(memory, places, [7, 3, 1, 30, 32]);
  expect([...all.subarray(0, HEADER)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0]);
  expect(all.subarray(HEADER)).toEqual(frame);
});

test('a frame waits while there are no buffers or too few, and gives none of them back half', () => {
  const { port, slot, driver } = startedCard(EVERYTHING, { rings: RING.eventIndex });
  const queue = driver.queue(RECEIVE);
  const [first, second] = [port.bring(2000), port.bring(60)];
  expect(slot.service()).toBe(false);
  queue.add([], [1024]);
  queue.kick();
  expect(queue.collect()).toEqual([]);
  // It is to ring for the very next buffer.
  expect(queue.notifyAt).toBe(1);
  queue.add([], [1024]);
  queue.kick();
  expect(queue.collect().map(({ written }) => written)).toEqual([1024, HEADER + first.length - 1024]);
  expect(port.waiting.map(({ bytes }) => bytes)).toEqual([second]);
});

test('without merged buffers a frame that is too large for the next one is thrown away, and the buffer kept', () => {
  const { port, card, slot, driver } = startedCard(EVERYTHING & ~BIT.merge);
  const queue = driver.queue(RECEIVE);
  queue.add([], [HEADER + 1000]);
  queue.add([], [HEADER + 1000]);
  port.bring(1001);
  port.bring(1000);
  slot.service();
  expect(queue.collect()).toEqual([{ head: 0, written: HEADER + 1000 }]);
  expect([card.counters.unfit, port.waiting.length]).toEqual([1, 0]);
});

test('a frame that all buffers of the queue cannot hold is thrown away, and does not block those behind it', () => {
  const { port, card, slot, driver } = startedCard(EVERYTHING, { queueSize: 4 });
  const queue = driver.queue(RECEIVE);
  for (let buffer = 0; buffer < 4; buffer++) queue.add([], [100]);
  port.bring(500);
  port.bring(88);
  slot.service();
  expect(queue.collect()).toEqual([{ head: 0, written: 100 }]);
  expect(card.counters.unfit).toBe(1);
});

const SUMMED: Offload = { ...TCP4, segmentation: 0, segmentBytes: 0, headerBytes: 0 };

test.each<[string, Offload, number, boolean]>([
  ['segments', TCP4, EVERYTHING, true],
  ['segments that the driver does not take', TCP4, EVERYTHING & ~BIT.guestTcp4, false],
  ['segments of IPv6 that the driver does not take', { ...TCP4, segmentation: 4 }, EVERYTHING & ~BIT.guestTcp6, false],
  ['congestion that the driver does not take', { ...TCP4, segmentation: 0x81 }, EVERYTHING & ~BIT.guestEcn, false],
  ['segments for a driver that takes no checksums', TCP4, EVERYTHING & ~BIT.guestChecksum, false],
  ['a checksum to be done', SUMMED, EVERYTHING, true],
  ['a checksum that the driver does not take', SUMMED, EVERYTHING & ~BIT.guestChecksum, false],
  ['segments of a kind that nobody knows', { ...TCP4, segmentation: 3 }, EVERYTHING, false],
])('only what was negotiated is given to the driver: %s', (_, offload, features, isGiven) => {
  const { port, card, slot, driver } = startedCard(features);
  driver.queue(RECEIVE).add([], [4096]);
  port.bring(1000, offload);
  slot.service();
  expect(driver.queue(RECEIVE).collect()).toHaveLength(isGiven ? 1 : 0);
  expect(card.counters.unfit).toBe(isGiven ? 0 : 1);
});

test('a driver that takes no checksums is not told that one is good', () => {
  for (const [features, flags] of [
    [EVERYTHING, 2],
    [EVERYTHING & ~BIT.guestChecksum, 0],
  ] as const) {
    const { memory, port, slot, driver } = startedCard(features);
    const [at = 0] = driver.queue(RECEIVE).add([], [200]);
    port.bring(100, { ...SUMMED, flags: 2 });
    slot.service();
    expect(memory.ram.read8(at)).toBe(flags);
  }
});

test('the other end of the cable is told what the driver takes unfinished, and that nobody takes anything after a reset', () => {
  expect(startedCard(EVERYTHING).port.told).toBe(1 | 2 | 4 | 8);
  expect(startedCard(EVERYTHING & ~BIT.guestEcn & ~BIT.guestTcp6).port.told).toBe(1 | 2);
  expect(startedCard(EVERYTHING & ~BIT.guestChecksum).port.told).toBe(0);
  const { port, driver } = startedCard();
  driver.status = 0;
  expect(port.told).toBe(0);
});

test('many frames are cut off, so that the guest runs in between', () => {
  const { port, slot, driver } = startedCard(EVERYTHING, { queueSize: 64, ramBytes: 8 << 20 });
  for (let buffer = 0; buffer < 64; buffer++) driver.queue(RECEIVE).add([], [66_000]);
  for (let frame = 0; frame < 50; frame++) port.bring(LONGEST_FRAME_BYTES, TCP4);
  expect(slot.service()).toBe(true);
  const first = driver.queue(RECEIVE).collect().length;
  expect([first > 10, first < 50]).toEqual([true, true]);
  expect(slot.service()).toBe(false);
  expect(first + driver.queue(RECEIVE).collect().length).toBe(50);
});

test('what came before there was a driver is not given to it', () => {
  const { port, slot, driver } = startedCard();
  driver.status = 0;
  port.bring(60);
  expect(driver.start(EVERYTHING)).toBe(true);
  driver.queue(RECEIVE).add([], [200]);
  const frame = port.bring(61);
  slot.service();
  expect(driver.queue(RECEIVE).collect()).toEqual([{ head: 0, written: HEADER + frame.length }]);
});
