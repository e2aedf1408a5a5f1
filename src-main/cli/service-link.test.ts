import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownDirectory } from '../service/ownership.ts';
import type { ServiceConnection } from './io.ts';
import { connectIfRunning, connectOrStart } from './service-link.ts';

const entry = join(import.meta.dirname, 'testing/serve-fake.ts');
let home: string;
const connections: ServiceConnection[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'innkeeper-link-'));
});

afterEach(async () => {
  delete process.env['INNKEEPER_TEST_FAILURE'];
  const left = await connectIfRunning(home);
  await left?.service.stop({});
  await left?.closed;
  for (const connection of connections.splice(0)) connection.disconnect();
  rmSync(home, { recursive: true, force: true });
});

async function start(): Promise<number> {
  const connection = await connectOrStart(home, entry);
  connections.push(connection);
  return (await connection.service.status({})).pid;
}

it('starts one service where there is none, however many ask at once, and finds it again', async () => {
  expect(await connectIfRunning(home)).toBeUndefined();
  const pids = await Promise.all([start(), start(), start(), start()]);
  expect(new Set(pids).size).toBe(1);
  expect(pids[0]).not.toBe(process.pid);
  expect(await start()).toBe(pids[0]);
});

it('starts another when the owner was killed', async () => {
  const pid = await start();
  process.kill(pid, 'SIGKILL');
  await connections[0]?.closed;
  expect(await start()).not.toBe(pid);
});

it('starts one when an owner that does not listen any more gives the data directory back', async () => {
  const owner = await ownDirectory(home, 'background');
  const started = start();
  const log = join(home, 'logs/background.log');
  while (!existsSync(log) || !readFileSync(log, 'utf8').includes('it is in use')) await sleep(20);
  await owner.release();
  expect(await started).not.toBe(process.pid);
});

it('tells why the service did not start, and keeps its last words', async () => {
  process.env['INNKEEPER_TEST_FAILURE'] = '1';
  await expect(connectOrStart(home, entry)).rejects.toMatchObject({
    code: 'unavailable',
    doing: 'start the service',
    because: 'a part of it is missing',
    hint: 'Build it.',
  });
  expect(readFileSync(join(home, 'logs/background.log'), 'utf8')).toContain('a part of it is missing');
  expect(existsSync(join(home, 'service.sock'))).toBe(false);
});
