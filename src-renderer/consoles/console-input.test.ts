import { expect, test } from 'vitest';
import { ConsoleInput } from './console-input.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test('what is typed is sent in order, each piece when the one before was taken', async () => {
  const sent: number[] = [];
  let take: () => void = () => undefined;
  const input = new ConsoleInput({
    write: (bytes) => {
      sent.push(...bytes);
      return new Promise((resolve) => (take = resolve));
    },
  });
  input.send(Uint8Array.of(1));
  input.send(Uint8Array.of(2));
  await settled();
  expect(sent).toEqual([1]);
  take();
  await settled();
  expect(sent).toEqual([1, 2]);
});

test('a large paste goes in pieces that together are the same bytes', async () => {
  const pieces: Uint8Array[] = [];
  const input = new ConsoleInput({ write: (bytes) => Promise.resolve(void pieces.push(bytes)) });
  const paste = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  input.send(paste);
  await settled();
  expect(Buffer.concat(pieces).equals(paste)).toBe(true);
  expect(pieces.length).toBeGreaterThan(10);
});

test('when the stream is gone the rest is dropped, and a later one works', async () => {
  let broken = true;
  const sent: number[] = [];
  const input = new ConsoleInput({
    write: (bytes) => (broken ? Promise.reject(new Error('gone')) : Promise.resolve(void sent.push(...bytes))),
  });
  input.send(Uint8Array.of(1));
  input.send(Uint8Array.of(2));
  await settled();
  broken = false;
  input.send(Uint8Array.of(3));
  await settled();
  expect(sent).toEqual([3]);
});
