import { expect, test } from 'vitest';
import { DebugConsole } from './debug-console.ts';

/** A port that has room for `room` bytes each time it is asked. */
function portWithRoom(room: number) {
  const out: number[] = [];
  const write = (bytes: Uint8Array) => {
    const taken = bytes.subarray(0, room);
    out.push(...taken);
    return taken.length;
  };
  return { port: { write, read: () => 0, available: 0 }, text: () => String.fromCharCode(...out) };
}

const encode = (text: string) => new TextEncoder().encode(text);

test('a line feed alone gets its carriage return, one that has it stays', () => {
  const { port, text } = portWithRoom(100);
  expect(new DebugConsole(port).write(encode('a\nb\r\n\n\nc'))).toBe(8);
  expect(text()).toBe('a\r\nb\r\n\r\n\r\nc');
});

test('a line end that went out in two writes is one line end', () => {
  const { port, text } = portWithRoom(100);
  const console = new DebugConsole(port);
  console.write(encode('a\r'));
  console.write(encode('\nb'));
  expect(text()).toBe('a\r\nb');
});

test.each([0, 1, 2, 3])('with room for %i bytes at a time, what was not taken can be offered again', (room) => {
  const { port, text } = portWithRoom(room);
  const console = new DebugConsole(port);
  let rest = encode('one\ntwo\n\n');
  for (let tries = 0; rest.length > 0 && tries < 50; tries++) rest = rest.subarray(console.write(rest));
  expect(text()).toBe(room === 0 ? '' : 'one\r\ntwo\r\n\r\n');
});
