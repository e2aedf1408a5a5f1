import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { listGuests, startGuest } from './window/guest.ts';
import { makeHome } from './window/home.ts';
import { inn } from './window/inn.ts';

const COUNTER = 'n=0; while :; do n=$((n+1)); echo $n > /tmp/count; sleep 0.1; done';

test('a machine that was suspended counts on after the service was killed, and knows the right time', async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  onTestFinished(async () => {
    await inn(home.path, 'stop', '--force');
  });
  const run = async (...args: readonly string[]): Promise<string> => {
    const outcome = await inn(home.path, ...args);
    expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
    return outcome.stdout;
  };
  const guest = async (command: string): Promise<number> =>
    Number(await run('vm', 'exec', 'guest', '--', 'sh', '-c', command));
  await startGuest(home.path, 'guest');
  await run('vm', 'exec', 'guest', '--', 'sh', '-c', `(${COUNTER}) > /dev/null 2>&1 &`);
  await delay(1000);
  const before = await guest('cat /tmp/count');
  expect(before).toBeGreaterThan(0);
  expect(await run('vm', 'suspend', 'guest')).toBe('Suspended machine guest\n');

  const { pid } = JSON.parse(await run('status', '--json')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  await delay(5000);
  expect(await listGuests(home.path)).toMatchObject([{ name: 'guest', state: 'suspended' }]);
  expect(await run('vm', 'resume', 'guest')).toBe('Resumed machine guest\n');
  const resumed = await guest('cat /tmp/count');
  expect(resumed).toBeGreaterThanOrEqual(before);
  // It stood still meanwhile: five seconds would have been fifty more.
  expect(resumed).toBeLessThan(before + 45);
  await delay(1000);
  expect(await guest('cat /tmp/count')).toBeGreaterThan(resumed);
  expect(Math.abs((await guest('date +%s')) - Date.now() / 1000)).toBeLessThan(3);

  expect(await run('stop')).toContain('Suspended machine guest\n');
  expect(await listGuests(home.path)).toMatchObject([{ name: 'guest', state: 'suspended' }]);
  expect(await run('vm', 'start', 'guest')).toBe('Started machine guest\n');
  expect(await guest('cat /tmp/count')).toBeGreaterThan(resumed);
  expect(await run('vm', 'kill', 'guest')).toBe('Killed machine guest\n');
});
