import { expect, test } from 'vitest';
import { CAN, COMPLETE, LONGEST_FRAME_BYTES, OFFLOAD_FLAG, SEGMENTATION } from '../../host/frame-port.ts';
import { Doorbell } from './doorbell.ts';
import { allocateCable, CableEnd } from './frame-ring.ts';

function cable() {
  const buffers = allocateCable();
  const bells = { card: new Doorbell(), network: new Doorbell() };
  const card = new CableEnd(buffers, 'card', bells.network);
  const network = new CableEnd(buffers, 'network', bells.card);
  return { card, network, bells };
}

const PATTERN = Uint8Array.from({ length: LONGEST_FRAME_BYTES + 256 }, (_, index) => (index * 7) ^ (index >> 8));

function filled(length: number, seed: number): Uint8Array {
  return PATTERN.subarray(seed & 0xff, (seed & 0xff) + length);
}

test('a frame arrives whole, with what was left to do, and stays the oldest until it is taken', () => {
  const { card, network } = cable();
  const offload = {
    flags: OFFLOAD_FLAG.needsChecksum,
    segmentation: SEGMENTATION.tcp4 | SEGMENTATION.ecn,
    headerBytes: 66,
    segmentBytes: 1448,
    checksumStart: 34,
    checksumOffset: 16,
  };
  expect(card.send([Uint8Array.of(1, 2, 3), Uint8Array.of(4)], offload)).toBe(true);
  expect(card.send([Uint8Array.of(9)], COMPLETE)).toBe(true);
  expect(network.peek()).toEqual({ bytes: Uint8Array.of(1, 2, 3, 4), offload });
  expect(network.peek()?.bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
  network.take();
  expect(network.peek()).toEqual({ bytes: Uint8Array.of(9), offload: COMPLETE });
  network.take();
  expect([network.peek(), card.peek()]).toEqual([null, null]);
});

test('frames of all lengths go round the ring many times, in order', () => {
  const { card, network } = cable();
  let sent = 0;
  let received = 0;
  let random = 1;
  while (received < 5000) {
    random = (random * 1103515245 + 12345) >>> 0;
    const length = 1 + ((random >>> 8) % (random % 16 === 0 ? LONGEST_FRAME_BYTES : 2000));
    if (card.send([filled(length, sent)], COMPLETE)) sent++;
    else
      for (let frame = network.peek(); frame; frame = network.peek()) {
        expect(Buffer.compare(frame.bytes, filled(frame.bytes.length, received))).toBe(0);
        received++;
        network.take();
      }
  }
});

test('the other end is woken once for many frames, and only by a flush', () => {
  const { card, bells } = cable();
  card.send([Uint8Array.of(1)], COMPLETE);
  card.send([Uint8Array.of(2)], COMPLETE);
  expect(bells.network.count).toBe(0);
  card.flush();
  card.flush();
  expect([bells.network.count, bells.card.count]).toEqual([1, 0]);
});

test('who found no room is woken when there is some', () => {
  const { card, network, bells } = cable();
  const long = filled(60_000, 1);
  let sent = 0;
  while (card.send([long], COMPLETE)) sent++;
  expect(sent).toBeGreaterThan(4);
  network.peek();
  network.take();
  network.flush();
  expect(bells.card.count).toBe(0);
  for (let left = sent - 1; left > 0; left--) {
    network.peek();
    network.take();
  }
  network.flush();
  expect(bells.card.count).toBe(1);
  expect(card.send([long], COMPLETE)).toBe(true);
});

test('each end knows what the other takes unfinished', () => {
  const { card, network } = cable();
  expect(network.peerCan).toBe(0);
  card.tell(CAN.checksum | CAN.tcp4);
  expect([network.peerCan, card.peerCan]).toEqual([CAN.checksum | CAN.tcp4, 0]);
});
