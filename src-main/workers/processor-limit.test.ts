import { describe, expect, it } from 'vitest';
import { ProcessorLimit } from './processor-limit.ts';

/** A thread that always has work, on a computer whose speed and whose sleep are the test's. */
function busyThread(instructionsPerMs: number, oversleepMs = 0) {
  const time = { now: 0, used: 0 };
  const limit = new ProcessorLimit(
    () => time.now,
    () => time.used,
  );
  let [rests, longestRest] = [0, 0];
  const runFor = (ms: number) => {
    const from = { ...time };
    while (time.now < from.now + ms) {
      const rest = limit.restMs();
      if (rest > 0) {
        rests++;
        longestRest = Math.max(longestRest, rest);
        time.now += rest + oversleepMs;
        continue;
      }
      const work = limit.slice(250_000) / instructionsPerMs;
      time.now += work;
      time.used += work;
    }
    return (time.used - from.used) / (time.now - from.now);
  };
  return { time, limit, runFor, rests: () => rests, longestRest: () => longestRest };
}

describe('the limit of a processor', () => {
  it.each([0.01, 0.1, 0.25, 0.5, 0.9])('holds a busy thread to its share of each second: %d', (share) => {
    const thread = busyThread(200_000);
    thread.limit.set(share);
    for (let second = 0; second < 5; second++) expect(thread.runFor(1000)).toBeCloseTo(share, 1.5);
    expect(Math.abs(thread.runFor(10_000) - share)).toBeLessThan(0.005);
  });

  it.each([20_000, 1_000_000])('does so on a slow and on a fast computer: %d instructions a millisecond', (speed) => {
    const thread = busyThread(speed);
    thread.limit.set(0.25);
    expect(Math.abs(thread.runFor(5000) - 0.25)).toBeLessThan(0.02);
  });

  it('makes up for sleeping longer than asked', () => {
    const thread = busyThread(200_000, 3);
    thread.limit.set(0.25);
    expect(Math.abs(thread.runFor(5000) - 0.25)).toBeLessThan(0.01);
  });

  it('rests for short times only, and not too often', () => {
    const thread = busyThread(200_000);
    thread.limit.set(0.25);
    thread.runFor(1000);
    expect(thread.longestRest()).toBeLessThan(25);
    expect(thread.rests()).toBeLessThan(150);
  });

  it('does not save up time that was slept away', () => {
    const thread = busyThread(200_000);
    thread.limit.set(0.25);
    thread.runFor(100);
    thread.time.now += 60_000;
    expect(thread.runFor(1000)).toBeLessThan(0.28);
  });

  it('counts processor time, not time: who waits for a processor has not used it', () => {
    const thread = busyThread(200_000);
    thread.limit.set(0.5);
    expect(thread.limit.restMs()).toBeGreaterThan(0);
    thread.time.now += 20;
    expect(thread.limit.restMs()).toBe(0);
    thread.time.now += 500;
    thread.time.used += 1;
    expect(thread.limit.restMs()).toBe(0);
  });

  it('lets a thread that rests answer at once, and rest the longer for it', () => {
    const thread = busyThread(200_000);
    thread.limit.set(0.1);
    thread.runFor(1000);
    while (thread.limit.restMs() === 0) thread.runFor(0.1);
    thread.limit.hurry();
    expect(thread.limit.restMs()).toBe(0);
    // However often somebody hurries it, it has its share and no more.
    let used = 0;
    for (let second = 0; second < 200; second++) {
      thread.limit.hurry();
      used += thread.runFor(50) * 50;
    }
    expect(Math.abs(used / 10_000 - 0.1)).toBeLessThan(0.01);
  });

  it('ends at once when it is lifted', () => {
    const thread = busyThread(200_000);
    thread.limit.set(0.1);
    thread.runFor(1000);
    thread.limit.set(null);
    expect(thread.limit.restMs()).toBe(0);
    expect(thread.limit.slice(250_000)).toBe(250_000);
    expect(thread.runFor(1000)).toBe(1);
    thread.limit.set(1);
    expect(thread.runFor(1000)).toBe(1);
  });
});
