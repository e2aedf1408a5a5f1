import { expect, it } from 'vitest';
import { compare, type CompareSurroundings, type Rival } from './compare.ts';

let now: number;
let running: number;

function rival(image: string, startMs: number, memoryBytes: number): Rival {
  return {
    prepare: () => Promise.resolve({ image, imageBytes: 100, movedBytes: 10 }),
    start: () => {
      running++;
      now += startMs;
      return Promise.resolve({
        memoryBytes: () => Promise.resolve(memoryBytes),
        end: () => {
          running--;
          return Promise.resolve();
        },
      });
    },
  };
}

function around(): CompareSurroundings {
  now = 0;
  running = 0;
  return {
    machine: rival('tiny', 300, 100 * 1024 * 1024),
    container: rival('busybox', 50, 1024 * 1024),
    node: () => Promise.resolve({ imageBytes: 7, memoryBytes: 8 }),
    monotonic: () => now,
    now: () => 1234,
  };
}

it('measures both, in turns, without the first start of each', async () => {
  const phases: string[] = [];
  const work = { signal: new AbortController().signal, progress: (phase: string) => void phases.push(phase) };
  const comparison = await compare('httpd', 2, around(), work);
  expect(comparison).toEqual({
    takenAt: 1234,
    service: 'httpd',
    machine: {
      ...{ image: 'tiny', imageBytes: 100, movedBytes: 10, startMs: [300, 300] },
      ...{ memoryBytes: 100 * 1024 * 1024, perGibibyte: 10 },
    },
    container: {
      ...{ image: 'busybox', imageBytes: 100, movedBytes: 10, startMs: [50, 50] },
      ...{ memoryBytes: 1024 * 1024, perGibibyte: 1024 },
    },
    node: { imageBytes: 7, memoryBytes: 8 },
  });
  expect(running).toBe(0);
  expect(phases.slice(2)).toEqual([
    'First start of the machine',
    'First start of the container',
    'Round 1 of 2: machine',
    'Round 1 of 2: container',
    'Round 2 of 2: machine',
    'Round 2 of 2: container',
  ]);
});

it('leaves nothing behind when it fails or is cancelled', async () => {
  const failing = around();
  failing.machine.start = async () => {
    const serving = await rival('x', 1, 1).start();
    return { ...serving, memoryBytes: () => Promise.reject(new Error('gone')) };
  };
  const signal = new AbortController();
  const work = { signal: signal.signal, progress: () => undefined };
  await expect(compare('httpd', 1, failing, work)).rejects.toThrow('gone');
  expect(running).toBe(0);
  signal.abort();
  await expect(compare('httpd', 1, around(), work)).rejects.toThrow('cancelled');
  expect(running).toBe(0);
});
