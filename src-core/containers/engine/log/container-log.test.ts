import { beforeEach, expect, it } from 'vitest';
import { Cancellation } from '../../../base/cancellation.ts';
import type { LogLine } from '../../../contract/containers.ts';
import { FakeClock } from '../../../host/testing/fake-clock.ts';
import { GrowingFiles } from '../testing/engine-bench.ts';
import { ContainerLog } from './container-log.ts';
import { readLog } from './read-log.ts';
import type { LogRequest } from './read-log.ts';

let clock: FakeClock;
let files: GrowingFiles;
let problems: unknown[];
let log: ContainerLog;

beforeEach(() => {
  clock = new FakeClock();
  files = new GrowingFiles();
  problems = [];
  log = open();
});

function open(): ContainerLog {
  return new ContainerLog(files, '/c', clock, (error) => void problems.push(error));
}

function print(text: string, stream: LogLine['stream'] = 'stdout'): void {
  log.write(new TextEncoder().encode(text), stream);
}

async function read(request: Partial<LogRequest> = {}): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  await readLog(log, { follow: false, ...request }, collect(lines), new Cancellation());
  return lines;
}

function collect(lines: LogLine[]): (bytes: Uint8Array) => Promise<void> {
  return (bytes) => {
    const text = new TextDecoder().decode(bytes).trimEnd();
    if (text !== '') lines.push(...text.split('\n').map((line) => JSON.parse(line) as LogLine));
    return Promise.resolve();
  };
}

it('keeps lines with their time and stream, over runs and services', async () => {
  print('one\ntw');
  clock.pass(5);
  print('oops\n', 'stderr');
  print('o\nthree');
  log.endRun();
  const at = clock.now() - 5;
  const lines = [
    { at, stream: 'stdout', text: 'one' },
    { at: at + 5, stream: 'stderr', text: 'oops' },
    { at, stream: 'stdout', text: 'two' },
    { at: at + 5, stream: 'stdout', text: 'three' },
  ];
  expect(await read()).toEqual(lines);
  log = open();
  print('four\r\n');
  expect(await read()).toEqual([...lines, { at: at + 5, stream: 'stdout', text: 'four' }]);
});

it('replaces what is no text, also where a character is cut', async () => {
  log.write(Uint8Array.of(0xc3), 'stdout');
  log.write(Uint8Array.of(0xa4, 0xff, 0x0a), 'stdout');
  expect((await read()).map(({ text }) => text)).toEqual(['ä\ufffd']);
});

it('cuts lines that never end, so that they take no memory', async () => {
  for (let n = 0; n < 5; n++) print('x'.repeat(8000));
  print('\n');
  const lines = await read();
  expect(lines.map(({ text, goesOn }) => `${text.length} ${goesOn ?? false}`)).toEqual([
    '16384 true',
    '16384 true',
    '7232 false',
  ]);
});

it('gives the last lines, and those since a time', async () => {
  for (let n = 0; n < 5000; n++) {
    print(`line ${n} ${'x'.repeat(50)}\n`);
    clock.pass(1);
  }
  const texts = async (request: Partial<LogRequest>): Promise<string[]> =>
    (await read(request)).map(({ text }) => text.split(' ')[1] ?? '');
  expect(await texts({ tail: 3 })).toEqual(['4997', '4998', '4999']);
  expect(await texts({ tail: 0 })).toEqual([]);
  expect((await texts({ tail: 4000 })).length).toBe(4000);
  expect((await texts({ tail: 9999 })).length).toBe(5000);
  expect(await texts({ since: clock.now() - 2 })).toEqual(['4998', '4999']);
});

it('keeps two files of bounded size, and the newest lines in them', async () => {
  const fileBytes = 256 * 1024;
  log = new ContainerLog(files, '/c', clock, (error) => void problems.push(error), fileBytes);
  const line = `${'x'.repeat(1000)}\n`;
  const count = Math.ceil((fileBytes * 3.5) / line.length);
  for (let n = 0; n < count; n++) {
    print(`${n} ${line}`);
    await log.settled();
  }
  const sizes = ['/c/log', '/c/log.1'].map((path) => files.entries.get(path)?.bytes.length ?? 0);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(fileBytes);
  const all = await read();
  const numbers = all.map(({ text }) => Number(text.split(' ')[0]));
  expect(numbers).toEqual(numbers.map((_, index) => count - numbers.length + index));
  expect(numbers.at(-1)).toBe(count - 1);
  expect((await read({ tail: 300 })).length).toBe(300);
});

it('goes on with what is printed while it is followed, and ends when the container goes', async () => {
  print('before\n');
  const lines: LogLine[] = [];
  const followed = readLog(log, { follow: true }, collect(lines), new Cancellation());
  await log.settled();
  for (let n = 0; n < 50; n++) await Promise.resolve();
  print('after\n');
  await log.settled();
  for (let n = 0; n < 50; n++) await Promise.resolve();
  expect(lines.map(({ text }) => text)).toEqual(['before', 'after']);
  log.close();
  expect(await followed).toBe('removed');
});

it('is let go of by a follower that leaves', async () => {
  const over = new Cancellation();
  const followed = readLog(log, { follow: true }, () => Promise.resolve(), over);
  for (let n = 0; n < 50; n++) await Promise.resolve();
  over.cancel();
  expect(await followed).toBe('end');
});

it('leaves out a line that a crash cut off', async () => {
  print('whole\n');
  await log.settled();
  await files.append('/c/log', new TextEncoder().encode('{"at":1,"str'));
  log = open();
  print('next\n');
  expect((await read()).map(({ text }) => text)).toEqual(['whole', 'next']);
});

it('holds the process back while lines wait, and loses them where nothing can be written', async () => {
  files.append = () => new Promise(() => undefined);
  print('x'.repeat(300) + '\n');
  expect(log.full).toBe(false);
  for (let n = 0; n < 50; n++) await Promise.resolve();
  for (let n = 0; n < 1000; n++) print('x'.repeat(300) + '\n');
  expect(log.full).toBe(true);
  log = open();
  files.append = () => Promise.reject(new Error('the disk is full'));
  for (let n = 0; n < 1000; n++) print('x'.repeat(300) + '\n');
  await log.settled();
  expect(log.full).toBe(false);
  expect(problems).toHaveLength(1);
});
