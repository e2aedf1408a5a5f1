import { expect, test } from 'vitest';
import { COMPLETE, LONGEST_FRAME_BYTES } from '../../../../host/frame-port.ts';
import { RING } from '../testing/driver.ts';
import { BIT, EVERYTHING, frameOf, packetHeader, SEND, startedCard } from './testing/card.ts';

const TCP4 = { flags: 1, type: 1, header: 54, segment: 1448, start: 34, offset: 16 } as const;

test('a frame goes over the cable as it is, from one piece or many', () => {
  const { port, driver } = startedCard();
  const frame = frameOf(600);
  const queue = driver.queue(SEND);
  const flushesBefore = port.flushes;
  queue.add([packetHeader(), frame], []);
  queue.add([new Uint8Array([...packetHeader(), ...frame])], []);
  queue.add([packetHeader().subarray(0, 5), packetHeader().subarray(5), frame.subarray(0, 1), frame.subarray(1)], []);
  queue.kick();
  expect(port.sent.map(({ bytes }) => bytes)).toEqual([frame, frame, frame]);
  expect(port.sent.every(({ offload }) => offload === COMPLETE)).toBe(true);
  expect(queue.collect().map(({ written }) => written)).toEqual([0, 0, 0]);
  expect(port.flushes).toBe(flushesBefore + 1);
});

test('the driver is told of what was sent when the device is served or the guest waits, and not at each frame', () => {
  for (const later of ['service', 'guestWaits'] as const) {
    const { slot, driver } = startedCard();
    driver.interrupts();
    for (let frame = 0; frame < 3; frame++) {
      driver.queue(SEND).add([packetHeader(), frameOf(60)], []);
      driver.queue(SEND).kick();
    }
    expect([driver.queue(SEND).collect().length, driver.interrupts()]).toEqual([3, 0]);
    slot[later]();
    expect(driver.interrupts()).toBe(1);
    slot[later]();
    expect(driver.interrupts()).toBe(0);
  }
});

test('what the driver leaves undone is said to the other end', () => {
  const { port, driver } = startedCard();
  driver.queue(SEND).add([packetHeader({ flags: 1, start: 34, offset: 6 }), frameOf(100)], []);
  driver.queue(SEND).add([packetHeader(TCP4), frameOf(LONGEST_FRAME_BYTES)], []);
  driver.queue(SEND).add([packetHeader({ ...TCP4, type: 0x84, start: 54 }), frameOf(20_000)], []);
  driver.queue(SEND).kick();
  const none = { segmentation: 0, headerBytes: 0, segmentBytes: 0 };
  expect(port.sent.map(({ offload }) => offload)).toEqual([
    { ...none, flags: 1, checksumStart: 34, checksumOffset: 6 },
    { flags: 1, segmentation: 1, headerBytes: 54, segmentBytes: 1448, checksumStart: 34, checksumOffset: 16 },
    { flags: 1, segmentation: 0x84, headerBytes: 54, segmentBytes: 1448, checksumStart: 54, checksumOffset: 16 },
  ]);
});

const without = (...bits: number[]): number => bits.reduce((left, bit) => left & ~bit, EVERYTHING);

test.each<[string, Uint8Array, number, number]>([
  ['a frame without an address', packetHeader(), 13, EVERYTHING],
  ['a frame longer than the MTU', packetHeader(), 1519, EVERYTHING],
  [
    'one longer than the MTU that is only to be summed',
    packetHeader({ flags: 1, start: 34, offset: 16 }),
    1519,
    EVERYTHING,
  ],
  ['a frame longer than any', packetHeader(TCP4), LONGEST_FRAME_BYTES + 1, EVERYTHING],
  ['a checksum behind the end', packetHeader({ flags: 1, start: 34, offset: 65 }), 100, EVERYTHING],
  ['a checksum that starts behind the end', packetHeader({ flags: 1, start: 65_535, offset: 0 }), 100, EVERYTHING],
  ['a checksum whose place wraps', packetHeader({ flags: 1, start: 34, offset: 65_520 }), 100, EVERYTHING],
  ['a checksum of the Ethernet header', packetHeader({ flags: 1, start: 13, offset: 16 }), 100, EVERYTHING],
  ['a checksum that was not negotiated', packetHeader({ flags: 1, start: 34, offset: 16 }), 100, without(BIT.checksum)],
  ['segments of no bytes', packetHeader({ ...TCP4, segment: 0 }), 9000, EVERYTHING],
  ['segments of hardly any bytes', packetHeader({ ...TCP4, segment: 7 }), 9000, EVERYTHING],
  ['segments longer than the MTU', packetHeader({ ...TCP4, segment: 2000 }), 9000, EVERYTHING],
  ['segments without a checksum', packetHeader({ ...TCP4, flags: 0 }), 9000, EVERYTHING],
  ['segments whose checksum is not where TCP has it', packetHeader({ ...TCP4, offset: 6 }), 9000, EVERYTHING],
  ['segments with half a TCP header', packetHeader({ ...TCP4, start: 34 }), 53, EVERYTHING],
  ['segments of UDP', packetHeader({ ...TCP4, type: 3 }), 9000, EVERYTHING],
  ['segments of a kind that nobody knows', packetHeader({ ...TCP4, type: 5 }), 9000, EVERYTHING],
  ['only the flag for congestion', packetHeader({ ...TCP4, type: 0x80 }), 1000, EVERYTHING],
  ['segments of TCP over IPv4 that were not negotiated', packetHeader(TCP4), 9000, without(BIT.hostTcp4)],
  [
    'segments of TCP over IPv6 that were not negotiated',
    packetHeader({ ...TCP4, type: 4 }),
    9000,
    without(BIT.hostTcp6),
  ],
  [
    'segments with congestion that was not negotiated',
    packetHeader({ ...TCP4, type: 0x81 }),
    9000,
    without(BIT.hostEcn),
  ],
])('a frame with a header that makes no sense is thrown away: %s', (_, header, length, features) => {
  const { port, card, driver } = startedCard(features);
  const queue = driver.queue(SEND);
  queue.add([header, frameOf(length)], []);
  queue.add([packetHeader(), frameOf(60)], []);
  queue.kick();
  expect(port.sent.map(({ bytes }) => bytes.length)).toEqual([60]);
  expect(queue.collect()).toHaveLength(2);
  expect(card.counters.malformed).toBe(1);
  expect(driver.needsReset).toBe(false);
});

test('a chain that is shorter than its header is thrown away too', () => {
  const { port, card, driver } = startedCard();
  driver.queue(SEND).add([packetHeader().subarray(0, 11)], []);
  driver.queue(SEND).add([packetHeader()], []);
  driver.queue(SEND).add([], [64]);
  driver.queue(SEND).kick();
  expect([port.sent.length, card.counters.malformed]).toEqual([0, 3]);
  expect(driver.queue(SEND).collect()).toHaveLength(3);
});

test('flags of the other direction are not passed on', () => {
  const { port, driver } = startedCard();
  driver.queue(SEND).add([packetHeader({ flags: 0xfe }), frameOf(60)], []);
  driver.queue(SEND).kick();
  expect(port.sent[0]?.offload).toEqual(COMPLETE);
});

test('what the cable has no room for stays in the queue, in its order, and goes on when it is served', () => {
  const { port, slot, driver } = startedCard();
  const queue = driver.queue(SEND);
  port.room = 1;
  for (const length of [60, 61, 62]) queue.add([packetHeader(), frameOf(length)], []);
  queue.kick();
  expect(queue.collect()).toHaveLength(1);
  expect(slot.service()).toBe(false);
  expect(queue.collect()).toHaveLength(0);
  port.room = 2;
  slot.service();
  expect(queue.collect()).toHaveLength(1);
  port.room = 9;
  slot.service();
  expect(queue.collect()).toHaveLength(1);
  expect(port.sent.map(({ bytes }) => bytes.length)).toEqual([60, 61, 62]);
});

test('many frames are cut off, so that the guest runs in between, and go on by themselves', () => {
  const { port, slot, driver } = startedCard(EVERYTHING, { queueSize: 64, ramBytes: 16 << 20 });
  const queue = driver.queue(SEND);
  for (let frame = 0; frame < 60; frame++) queue.add([new Uint8Array([...packetHeader(TCP4), ...frameOf(65_000)])], []);
  expect(slot.service()).toBe(true);
  const first = queue.collect().length;
  expect(first).toBeLessThan(60);
  expect(first).toBeGreaterThan(10);
  expect(slot.service()).toBe(false);
  expect(port.sent).toHaveLength(60);
});

test('without a cable frames are sent to nowhere, as by every card without a carrier', () => {
  const { card, driver } = startedCard();
  card.connect(null);
  driver.queue(SEND).add([packetHeader(), frameOf(60)], []);
  driver.queue(SEND).kick();
  expect(driver.queue(SEND).collect()).toHaveLength(1);
  expect(card.counters.withoutCarrier).toBe(1);
});

test('while frames wait for room, the driver need not ring for more', () => {
  const { port, slot, driver } = startedCard(EVERYTHING, { rings: RING.eventIndex });
  const queue = driver.queue(SEND);
  port.room = 0;
  queue.add([packetHeader(), frameOf(60)], []);
  queue.kick();
  // Virtio 1.3 §2.7.10: it rings when it passes this entry, and it has passed it already.
  expect(queue.notifyAt).toBe(0);
  port.room = 9;
  slot.service();
  expect(queue.notifyAt).toBe(1);
});
