import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConsoleOutput, GATHER_MS, SLICE_BYTES } from './console-output.ts';

/** A terminal that parses what it was given when it is told to. */
class SlowTerminal {
  readonly written: Uint8Array[] = [];
  readonly #waiting: (() => void)[] = [];

  write(bytes: Uint8Array, parsed?: () => void): void {
    this.written.push(bytes);
    if (parsed) this.#waiting.push(parsed);
  }

  parse(): void {
    for (const parsed of this.#waiting.splice(0)) parsed();
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const bytes = (...values: number[]) => Uint8Array.from(values);
const nothing = () => undefined;

test('the first bytes after a silence are written at once', () => {
  const terminal = new SlowTerminal();
  const output = new ConsoleOutput(terminal);
  output.push(bytes(1), nothing);
  expect(terminal.written).toEqual([bytes(1)]);
  vi.advanceTimersByTime(GATHER_MS);
  output.push(bytes(2), nothing);
  expect(terminal.written).toEqual([bytes(1), bytes(2)]);
});

test('what follows closely is gathered into one write, in order', () => {
  const terminal = new SlowTerminal();
  const output = new ConsoleOutput(terminal);
  for (const value of [1, 2, 3, 4]) output.push(bytes(value), nothing);
  expect(terminal.written).toEqual([bytes(1)]);
  vi.advanceTimersByTime(GATHER_MS);
  expect(terminal.written).toEqual([bytes(1), bytes(2, 3, 4)]);
});

test('credit goes back only when the terminal has taken the bytes in', () => {
  const terminal = new SlowTerminal();
  const output = new ConsoleOutput(terminal);
  const done = vi.fn();
  output.push(new Uint8Array(3 * SLICE_BYTES), done);
  expect(done).not.toHaveBeenCalled();
  terminal.parse();
  expect(done).toHaveBeenCalledOnce();
});

test('large pieces are written in slices that together are the same bytes', () => {
  const terminal = new SlowTerminal();
  const output = new ConsoleOutput(terminal);
  const large = Uint8Array.from({ length: 3 * SLICE_BYTES + 5 }, (_, index) => index % 251);
  output.push(large, nothing);
  expect(Math.max(...terminal.written.map(({ length }) => length))).toBeLessThanOrEqual(SLICE_BYTES);
  expect(Buffer.concat(terminal.written).equals(large)).toBe(true);
});

test('what was not yet written is forgotten when the terminal begins anew', () => {
  const terminal = new SlowTerminal();
  const output = new ConsoleOutput(terminal);
  output.push(bytes(1), nothing);
  output.push(bytes(2), nothing);
  output.clear();
  vi.advanceTimersByTime(10 * GATHER_MS);
  output.push(bytes(3), nothing);
  expect(terminal.written).toEqual([bytes(1), bytes(3)]);
});
