import { expect, test } from 'vitest';
import { COMPLETE } from '../../host/frame-port.ts';
import { ethernetFrame, numbered, uncutTcp } from '../wire-format/testing/frames.ts';
import { HOSTILE_FRAMES, HOSTILE_TIMEOUT_MS, hostileFrames } from '../wire-format/testing/hostile.ts';
import { dissect } from '../wire-format/dissection.ts';
import { AGEING_MS, MOST_MACS_OF_A_PORT } from './mac-table.ts';
import { HOLD_MS } from './switch-card.ts';
import { LONGEST_WHOLE_FRAME_BYTES } from './offload.ts';
import { FakeCard, GATEWAY_MAC, Lab, macOf } from './testing/lab.ts';

const EVERYBODY = 'ff:ff:ff:ff:ff:ff';
const frame = (from: string, to: string, number = 1): Uint8Array =>
  ethernetFrame(to, from, 0x88b5, Uint8Array.of(0, 0, number));
const between = (from: string, to: string, number = 1): Uint8Array => frame(macOf(from), macOf(to), number);

test('a frame goes to the card that it is for, and to no other', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  a.put(between('a', 'b'));
  lab.settle();
  expect([a, b, c].map(({ received }) => received.length)).toEqual([0, 1, 0]);
  expect(lab.atGateway).toEqual([]);
});

test('what is for everybody goes to all but its sender, and to the gateway', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  for (const to of [EVERYBODY, '33:33:00:00:00:01', '01:00:5e:00:00:fb']) a.put(frame(macOf('a'), to));
  lab.settle();
  expect([a, b, c].map(({ received }) => received.length)).toEqual([0, 3, 3]);
  expect(lab.atGateway).toHaveLength(3);
});

test('no bridge forwards pauses and spanning trees', () => {
  const lab = new Lab();
  const [a, b] = [lab.card('a'), lab.card('b')];
  a.put(frame(macOf('a'), '01:80:c2:00:00:01'));
  lab.settle();
  expect(b.received).toEqual([]);
});

test('who is not known is looked for everywhere, and found at once when it was heard', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  const container = '52:54:00:00:01:01';
  a.put(frame(macOf('a'), container));
  lab.settle();
  expect([b, c].map(({ received }) => received.length)).toEqual([1, 1]);
  b.put(frame(container, macOf('a')));
  lab.settle();
  a.put(frame(macOf('a'), container));
  lab.settle();
  expect([b, c].map(({ received }) => received.length)).toEqual([2, 1]);
});

test('who was not heard for long is looked for again', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  const container = '52:54:00:00:01:01';
  b.put(frame(container, macOf('a')));
  lab.settle();
  lab.host.advance(AGEING_MS + 1);
  a.put(frame(macOf('a'), container));
  lab.settle();
  expect([b, c].map(({ received }) => received.length)).toEqual([1, 1]);
});

test.each([
  ['another card', macOf('b')],
  ['the gateway', GATEWAY_MAC],
  ['a group', '33:33:00:00:00:01'],
])('who sends with the address of %s is not heard', (_, stolen) => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  a.put(frame(stolen, macOf('c')));
  lab.settle();
  c.put(between('c', 'b'));
  lab.settle();
  expect([a, b, c].map(({ received }) => received.length)).toEqual([0, 1, 0]);
  expect(a.droppedFrames).toBe(1);
});

test('a guest that claims many addresses has as many as the table gives it, and takes none from others', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  const container = '52:54:00:00:01:01';
  b.put(frame(container, macOf('a')));
  lab.settle();
  for (let count = 0; count < MOST_MACS_OF_A_PORT + 50; count++) {
    a.put(
      frame(
        `52:54:01:00:${(count >> 8).toString(16).padStart(2, '0')}:${(count & 255).toString(16).padStart(2, '0')}`,
        macOf('c'),
      ),
    );
  }
  lab.settle();
  c.received.length = 0;
  c.put(frame(macOf('c'), container));
  c.put(frame(macOf('c'), '52:54:01:00:00:01'));
  lab.settle();
  // The container is still known; the first of the many is not, and so goes to everybody.
  expect(b.received).toHaveLength(2);
  expect(a.received).toHaveLength(2);
});

test('a card that is pulled out is forgotten', () => {
  const lab = new Lab();
  const a = lab.card('a');
  const b = lab.card('b');
  const gone = lab.switch.attach(lab.card('z'));
  gone.dispose();
  a.put(between('a', 'b'));
  lab.settle();
  expect(b.received).toHaveLength(1);
});

test.each(['long', 'short'] as const)(
  'a guest that floods with %s frames leaves others their share of each turn',
  (flood) => {
    const lab = new Lab();
    const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
    const { frame: long, offload } = uncutTcp({ data: numbered(60_000) }, 1400);
    long.set(between('a', 'c').subarray(0, 12));
    for (let count = 0; count < 7000; count++) {
      if (flood === 'long') a.put(long, offload);
      else a.put(between('a', 'c'));
    }
    const polite = ethernetFrame(macOf('c'), macOf('b'), 0x88b5, new Uint8Array(1500));
    for (let count = 0; count < 3000; count++) b.put(polite);
    for (let turn = 0; turn < 10; turn++) expect(lab.switch.service()).toBe(true);
    const [flooded, politely] = [a, b].map(({ takenFrames }) => takenFrames) as [number, number];
    // Of the bytes, when both send bytes; of the frames of a wire, when one sends nothing but frames.
    if (flood === 'long') expect(politely * polite.length).toBeGreaterThan((flooded * long.length) / 2);
    else expect(politely).toBeGreaterThan(flooded / 8);
    expect(flooded).toBeGreaterThan(0);
    expect(c.received).toHaveLength(flooded + politely);
  },
);

test('a frame for a guest without room waits a while with its sender, and holds up nobody else', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  b.room = 1;
  a.put(between('a', 'b', 1));
  a.put(between('a', 'b', 2));
  c.put(frame(macOf('c'), GATEWAY_MAC));
  lab.settle();
  expect(a.sent).toHaveLength(1);
  expect(lab.atGateway).toHaveLength(1);
  b.room = 2;
  lab.settle();
  expect(b.numbers).toEqual([1, 2]);
  expect(b.droppedFrames).toBe(0);
});

test('what is for a guest that has stopped is dropped and counted, so that its senders go on with others', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  b.room = 0;
  for (let number = 0; number < 5; number++) a.put(between('a', 'b', number));
  a.put(between('a', 'c', 9));
  lab.settle();
  expect(c.received).toEqual([]);
  const { wakes } = lab;
  lab.host.advance(HOLD_MS);
  expect(lab.wakes).toBeGreaterThan(wakes);
  lab.settle();
  expect(b.droppedFrames).toBe(5);
  expect(c.numbers).toEqual([9]);
});

test('a card without room goes without what is for everybody', () => {
  const lab = new Lab();
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  b.room = 0;
  a.put(frame(macOf('a'), EVERYBODY));
  lab.settle();
  expect([b.droppedFrames, b.received.length, c.received.length]).toEqual([1, 0, 1]);
});

test('the gateway is told that there is no room, and when there may be again', () => {
  const lab = new Lab();
  const a = lab.card('a');
  a.room = 0;
  const pieces = [frame(GATEWAY_MAC, macOf('a'))];
  expect(lab.switch.send(pieces, COMPLETE)).toBe(false);
  expect(lab.wakes).toBe(1);
  a.room = 1;
  lab.settle();
  expect(lab.rooms).toBe(1);
  expect(lab.switch.send(pieces, COMPLETE)).toBe(true);
  expect(a.received).toHaveLength(1);
});

test('a card that cuts nothing gets a long frame cut, all of it, in order, though its ring is small', () => {
  const lab = new Lab();
  const a = lab.card('a');
  a.peerCan = 0;
  a.room = 2;
  const data = numbered(7000);
  const { frame: long, offload } = uncutTcp({ data }, 1400);
  long.set(frame(GATEWAY_MAC, macOf('a')).subarray(0, 12));
  expect(lab.switch.send([long], offload)).toBe(true);
  // The rest of the first is on its way: a second would come between.
  expect(lab.switch.send([long], offload)).toBe(false);
  a.room = Infinity;
  lab.settle();
  const parts = a.received
    .map(({ bytes }) => dissect(bytes))
    .map((each) => each?.frame.subarray(each.tcp?.dataAt, each.ip?.end));
  expect(parts.flatMap((part) => [...(part ?? [])])).toEqual([...data]);
});

test('a card that cuts gets a long frame as it is', () => {
  const lab = new Lab();
  const [a, b] = [lab.card('a'), lab.card('b')];
  const { frame: long, offload } = uncutTcp({ data: numbered(7000) }, 1400);
  long.set(between('a', 'b').subarray(0, 12));
  a.put(long, offload);
  lab.settle();
  expect(b.received).toEqual([{ bytes: long, offload }]);
});

test('whoever looks on sees each frame once, with who sent it and who gets it', () => {
  const lab = new Lab();
  const seen: [string, string][] = [];
  lab.switch.watcher = (from, to) => void seen.push([from, to]);
  const [a, b] = [lab.card('a'), lab.card('b')];
  b.room = 0;
  a.put(between('a', 'b'));
  lab.settle();
  b.room = 9;
  a.put(frame(macOf('a'), GATEWAY_MAC));
  a.put(frame(macOf('a'), EVERYBODY));
  lab.settle();
  lab.switch.send([frame(GATEWAY_MAC, macOf('b'))], COMPLETE);
  expect(seen).toEqual([
    ['a', 'b'],
    ['a', ''],
    ['a', '*'],
    ['', 'b'],
  ]);
});

test(
  `${HOSTILE_FRAMES} hostile frames do no harm, and none that is unsound comes out`,
  () => {
    const lab = new Lab();
    const [a, b] = [lab.card('a'), lab.card('b')];
    const next = hostileFrames(0xf00d);
    for (let count = 0; count < HOSTILE_FRAMES; count++) {
      b.peerCan = count & 15;
      const { bytes, offload } = next();
      bytes.set(between('a', (count & 1) === 0 ? 'b' : 'q').subarray(0, Math.min(12, bytes.length)));
      a.put(bytes, offload);
      lab.settle();
      for (const each of b.received) {
        const isLong = each.bytes.length > LONGEST_WHOLE_FRAME_BYTES;
        if (isLong && each.offload.segmentation === 0) throw new Error(`frame ${count} came out too long`);
        const end = each.offload.checksumStart + each.offload.checksumOffset;
        if (end > each.bytes.length) throw new Error(`frame ${count} has its checksum behind its end`);
      }
      b.received.length = 0;
    }
    expect(a.takenFrames).toBe(HOSTILE_FRAMES);
  },
  HOSTILE_TIMEOUT_MS,
);

test('nobody but the card that somebody is behind is heard with their address, until they are gone', () => {
  const lab = new Lab();
  const behind = '52:54:00:00:01:01';
  const [a, b, c] = [lab.card('a'), lab.card('b'), lab.card('c')];
  const place = lab.switch.place(behind, ({ key }) => key === 'b');
  const steal = (): void => {
    c.put(frame(behind, macOf('a'), 1));
    lab.settle();
    a.put(frame(macOf('a'), behind, 2));
    lab.settle();
  };
  steal();
  expect([a, b, c].map(({ numbers }) => numbers)).toEqual([[], [2], []]);
  expect(c.droppedFrames).toBe(1);
  b.put(frame(behind, macOf('a'), 3));
  lab.settle();
  expect(a.numbers).toEqual([3]);
  place.dispose();
  steal();
  expect([a, b, c].map(({ numbers }) => numbers)).toEqual([[3, 1], [2], [2]]);
});

test('an address is kept for who is behind a card also when that card comes later, or again', () => {
  const lab = new Lab();
  const behind = '52:54:00:00:01:01';
  const [a, c] = [lab.card('a'), lab.card('c')];
  lab.switch.place(behind, ({ key }) => key === 'b');
  for (let again = 0; again < 2; again++) {
    c.put(frame(behind, macOf('a')));
    const b = new FakeCard('b');
    const plug = lab.switch.attach(b);
    lab.settle();
    a.put(frame(macOf('a'), behind, 7));
    lab.settle();
    expect([b.numbers, c.numbers]).toEqual([[7], []]);
    plug.dispose();
  }
});
