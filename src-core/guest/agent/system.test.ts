import { beforeEach, expect, test, vi } from 'vitest';

const timers: { readonly task: () => void; readonly ms: number }[] = [];
const tools: { readonly command: readonly string[]; readonly ended: (status: number) => void }[] = [];

vi.mock('./quickjs.ts', () => ({
  os: { setTimeout: (task: () => void, ms: number) => timers.push({ task, ms }) },
  readSmallFile: () => undefined,
}));
vi.mock('./tool.ts', () => ({
  runTool: (command: readonly string[], ended: (status: number) => void) => tools.push({ command, ended }),
}));

/** The agent is a program of its own, type-checked apart: by name it would be checked here too, with Node's types. */
const program = './system.ts';
const { setTime } = (await import(program)) as { setTime(ns: bigint): Promise<string | undefined> };

beforeEach(() => {
  timers.length = 0;
  tools.length = 0;
});

test.each([
  ['0.1 s before a second begins', 1_795_000_000_900_000_000n, 1_795_000_001n, 100],
  ['when one has just begun', 1_795_000_000_000_000_000n, 1_795_000_001n, 1000],
  ['a moment later', 1_795_000_000_000_000_001n, 1_795_000_001n, 999],
])('the clock is set at the second that begins next: %s', async (_, ns, second, waitMs) => {
  const set = setTime(ns);
  expect(timers.map(({ ms }) => ms)).toEqual([waitMs]);
  expect(tools).toEqual([]);
  timers[0]?.task();
  expect(tools.map(({ command }) => command)).toEqual([['date', '-u', '-s', `@${second}`]]);
  tools[0]?.ended(0);
  await expect(set).resolves.toBeUndefined();
});

test('a date(1) that fails is told', async () => {
  const set = setTime(1n);
  timers[0]?.task();
  tools[0]?.ended(1);
  await expect(set).resolves.toBe('date failed');
});
