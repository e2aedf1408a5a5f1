import { expect, test } from 'vitest';
import { PanicWatch } from './panic-watch.ts';

const CAUSE = 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100';
const SECONDS = 10_000_000;

function watch(...pieces: string[]) {
  const panic = new PanicWatch();
  for (const piece of pieces) panic.output(new TextEncoder().encode(piece), 1000);
  return panic;
}

test.each([
  ['bare', `${CAUSE}\n`],
  ['with a time', `[    1.234567] ${CAUSE}\r\n`],
  ['with time and caller', `[    1.234567][    T1] ${CAUSE}\r\n`],
  ['behind other lines', `Kernel command line\nKeyring\n\n[   12.3] ${CAUSE}\nmore`],
])('the line of a panic is found %s', (_, output) => {
  expect(watch(output).state.cause).toBe(CAUSE);
});

test('it is found in pieces of any size', () => {
  expect(watch(...Array.from(`boot\n[    0.5] ${CAUSE}\n`)).state.cause).toBe(CAUSE);
});

test.each([
  ['in the middle of a line', `he said: ${CAUSE}\n`],
  ['before its line is complete', CAUSE],
  ['in an end mark alone', `---[ end ${CAUSE} ]---\n`],
])('nothing is found %s', (_, output) => {
  const panic = watch(output);
  expect(panic.state.cause).toBeNull();
  expect(panic.verdict(1e9)).toBeNull();
});

test('very long lines are cut off, not collected', () => {
  expect(watch('K'.repeat(100_000), `\n${CAUSE}${'x'.repeat(10_000)}\n`).state.cause?.length).toBeLessThan(500);
});

test('the first of several panics is the cause', () => {
  expect(watch(`${CAUSE}\n`, 'Kernel panic - not syncing: another\n').state.cause).toBe(CAUSE);
});

test('after its end mark a guest that shows no life for two seconds has failed', () => {
  const panic = watch(`${CAUSE}\n---[ end ${CAUSE} ]---\n`);
  expect(panic.verdict(1000 + 1 * SECONDS)).toBeNull();
  expect(panic.verdict(1000 + 2 * SECONDS)).toBe(CAUSE);
});

test('without the end mark there is no verdict: the kernel may still reset itself', () => {
  expect(watch(`${CAUSE}\n`).verdict(1e12)).toBeNull();
});

test('a sign of life takes it all back: somebody only printed an old log', () => {
  const panic = watch(`${CAUSE}\n---[ end ${CAUSE} ]---\n`);
  expect(panic.suspicious).toBe(true);
  panic.alive();
  expect(panic.suspicious).toBe(false);
  expect(panic.verdict(1e12)).toBeNull();
});
