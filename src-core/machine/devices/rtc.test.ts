import { expect, test } from 'vitest';
import { GoldfishRtc } from './rtc.ts';
import { Rom } from './rom.ts';
import { TestFinisher, type Finish } from './test-finisher.ts';

const START = 1_795_000_000_123_456_789n;

function machine() {
  let now = START;
  let level = false;
  const rtc = new GoldfishRtc(
    () => now,
    (to) => {
      level = to;
    },
  );
  const write = (offset: number, value: number) => rtc.write(offset, 4, value);
  const write64 = (low: number, value: bigint) => {
    write(low + 4, Number(value >> 32n));
    write(low, Number(value & 0xffff_ffffn));
  };
  const time = () => {
    const low = rtc.read(0);
    return (BigInt(rtc.read(4)) << 32n) | BigInt(low);
  };
  return { rtc, write, write64, time, level: () => level, pass: (ns: bigint) => (now += ns) };
}

test('it tells the time in nanoseconds, both halves of the same moment', () => {
  const { rtc, time, pass } = machine();
  expect(time()).toBe(START);
  const low = rtc.read(0);
  pass(1n << 33n);
  expect((BigInt(rtc.read(4)) << 32n) | BigInt(low)).toBe(START);
});

test('the guest can set it, and it goes on from there', () => {
  const { write64, time, pass } = machine();
  write64(0, 1_000_000_000_000_000_000n);
  pass(7n);
  expect(time()).toBe(1_000_000_000_000_000_007n);
});

test('an alarm rings once, when it is due and wanted', () => {
  const { rtc, write, write64, level, pass } = machine();
  write64(8, START + 500n);
  expect(rtc.dueInNs).toBe(Infinity);
  write(0x10, 1);
  expect(rtc.dueInNs).toBe(500);
  expect(rtc.read(0x18)).toBe(1);
  pass(499n);
  rtc.service();
  expect(level()).toBe(false);
  pass(1n);
  rtc.service();
  expect(level()).toBe(true);
  expect(rtc.read(0x18)).toBe(0);
  write(0x1c, 1);
  expect(level()).toBe(false);
});

test('an alarm can be called off', () => {
  const { rtc, write, write64, level, pass } = machine();
  write(0x10, 1);
  write64(8, START + 500n);
  write(0x14, 1);
  pass(1000n);
  rtc.service();
  expect(level()).toBe(false);
});

test('an alarm in the past rings at once', () => {
  const { write, write64, level } = machine();
  write(0x10, 1);
  write64(8, START - 1n);
  expect(level()).toBe(true);
});

test('the finisher powers off, resets and fails with a code; other values do nothing', () => {
  const finishes: Finish[] = [];
  const finisher = new TestFinisher((how) => finishes.push(how));
  for (const value of [0x5555, 0x7777, 0x2a_3333, 0x1234]) finisher.write(0, 4, value);
  finisher.write(4, 4, 0x5555);
  expect(finishes).toEqual([{ kind: 'powered-off' }, { kind: 'reset' }, { kind: 'failed', code: 42 }]);
});

test('ROM can be read in parts and not be written', () => {
  const rom = new Rom();
  rom.contents = Uint8Array.of(1, 2, 3, 0x84);
  rom.write();
  expect([rom.read(0, 4), rom.read(1, 2), rom.read(3, 1), rom.read(100, 4)]).toEqual([0x8403_0201, 0x0302, 0x84, 0]);
});
