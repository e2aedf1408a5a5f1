import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { builtFile } from './built-files.ts';
import { PreparedMemory } from './prepared-memory.ts';

const SIZE = 128 * 2 ** 20;
const RAM_BYTES = 2 ** 20;
const layout = { memory: new SharedArrayBuffer(SIZE), ramAt: 65_536, writtenAt: 0, ramBytes: RAM_BYTES };
/** These tests work with made-up time, its thread does not. */
const realTimeout = setTimeout;
let prepared: PreparedMemory;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  prepared = new PreparedMemory(builtFile('memory-worker'));
});

afterEach(() => {
  prepared.drop();
  vi.useRealTimers();
});

/** The thread that makes it has the time for that. */
async function made(): Promise<void> {
  vi.advanceTimersByTime(2000);
  await new Promise((resolve) => realTimeout(resolve, 1500));
}

async function waiting(): Promise<MessagePort> {
  for (let tries = 0; tries < 20; tries++) {
    prepared.prepareLike(layout);
    await made();
    const port = prepared.take(RAM_BYTES);
    if (port) return port;
  }
  throw new Error('it never waits');
}

it('waits a moment after a fork for the next of such a machine, which takes it', async () => {
  expect(prepared.take(RAM_BYTES)).toBeNull();
  prepared.prepareLike(layout);
  expect(prepared.take(RAM_BYTES)).toBeNull();
  const port = await waiting();
  const { message } = receiveMessageOnPort(port) as { message: WebAssembly.Memory };
  expect(message.buffer.byteLength).toBe(SIZE);
  expect(prepared.take(RAM_BYTES)).toBeNull();
  port.close();
});

it('is of no use for a machine of another size, and given back then', async () => {
  prepared.prepareLike(layout);
  await made();
  expect(prepared.take(2 * RAM_BYTES)).toBeNull();
  expect(prepared.take(RAM_BYTES)).toBeNull();
});

it('is given back when it is not wanted any more, even before it is there', async () => {
  prepared.prepareLike(layout);
  vi.advanceTimersByTime(2000);
  prepared.drop();
  await made();
  expect(prepared.take(RAM_BYTES)).toBeNull();
});

it('is given back when nobody forks for a while', async () => {
  prepared.prepareLike(layout);
  await made();
  vi.advanceTimersByTime(70_000);
  expect(prepared.take(RAM_BYTES)).toBeNull();
});
