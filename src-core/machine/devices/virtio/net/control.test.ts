import { expect, test } from 'vitest';
import { CONTROL, startedCard } from './testing/card.ts';

const [OK, ERROR] = [0, 1];

test.each<[string, number[], number]>([
  ['promiscuous', [0, 0, 1], OK],
  ['all multicast', [0, 1, 0], OK],
  ['no broadcast', [0, 5, 1], OK],
  ['a way of receiving that nobody knows', [0, 6, 1], ERROR],
  ['a table of addresses', [1, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0], OK],
  ['another address of its own, which was not offered', [1, 1, 1, 2, 3, 4, 5, 6], ERROR],
  ['VLANs, which were not offered', [2, 0, 1, 0], ERROR],
  ['several queues, which were not offered', [4, 0, 2, 0], ERROR],
  ['an announcement that nobody asked for', [3, 0], OK],
  ['a class that nobody knows', [99, 0], ERROR],
])('a command is answered: %s', (_, command, ack) => {
  const { memory, driver } = startedCard();
  const [at = 0] = driver.queue(CONTROL).add([Uint8Array.from(command)], [1]);
  memory.ram.write(at, Uint8Array.of(77));
  driver.queue(CONTROL).kick();
  expect(driver.queue(CONTROL).collect()).toEqual([{ head: 0, written: 1 }]);
  expect(memory.ram.read8(at)).toBe(ack);
});

test.each<[string, number[][], number[]]>([
  ['half a command', [[0]], [1]],
  ['a command without a place for its answer', [[0, 0, 1]], []],
])('%s breaks the card until it is reset', (_, readable, writable) => {
  const { driver } = startedCard();
  driver.queue(CONTROL).add(
    readable.map((bytes) => Uint8Array.from(bytes)),
    writable,
  );
  driver.queue(CONTROL).kick();
  expect(driver.needsReset).toBe(true);
  expect(driver.start()).toBe(true);
  expect(driver.needsReset).toBe(false);
});
