import { beforeEach, expect, it } from 'vitest';
import type { HealthCheck } from '../../../contract/container-images.ts';
import { EngineBench } from '../testing/engine-bench.ts';
import { commandOfCheck } from './health.ts';

const CHECK: HealthCheck = {
  command: ['CMD', 'probe'],
  ...{ intervalMs: 1000, timeoutMs: 500, retries: 2, startPeriodMs: 0 },
};

let bench: EngineBench;
let status: number | null;
beforeEach(async () => {
  bench = await EngineBench.open();
  status = 0;
});

async function create(check: Partial<HealthCheck> = {}): ReturnType<EngineBench['create']> {
  const container = await bench.create({ healthCheck: { ...CHECK, ...check } });
  bench.node.onExec = (session) => {
    session.print(`status ${status}`);
    if (status !== null) session.end(status);
  };
  return container;
}

it('a container is well when its check ends well, and not when that fails so often in a row', async () => {
  const web = await create();
  expect(web.view().health).toBe('starting');
  await bench.pass(1000);
  expect(web.view()).toMatchObject({ health: 'healthy', healthOutput: 'status 0' });
  expect(bench.node.calls).toContain('exec probe');
  status = 1;
  await bench.pass(1000);
  expect(web.view().health).toBe('healthy');
  await bench.pass(1000);
  expect(web.view()).toMatchObject({ health: 'unhealthy', healthOutput: 'status 1' });
  status = 0;
  await bench.pass(1000);
  expect(web.view().health).toBe('healthy');
});

it('failures do not count while it may still be starting', async () => {
  const web = await create({ startPeriodMs: 10_000 });
  status = 1;
  for (let n = 0; n < 8; n++) await bench.pass(1000);
  expect(web.view().health).toBe('starting');
  for (let n = 0; n < 4; n++) await bench.pass(1000);
  expect(web.view().health).toBe('unhealthy');
});

it('a check that takes too long has failed', async () => {
  const web = await create({ retries: 1 });
  status = null;
  await bench.pass(1000);
  await bench.pass(500);
  expect(web.view()).toMatchObject({ health: 'unhealthy', healthOutput: 'It did not answer within 0.5 s.' });
});

it('nobody is asked who is paused or has ended', async () => {
  const web = await create();
  await web.pause();
  await bench.pass(5000);
  expect(bench.node.calls).not.toContain('exec probe');
  await web.stop();
  await bench.pass(5000);
  expect(bench.node.calls).not.toContain('exec probe');
  expect(web.view().health).toBe('none');
});

it('an image says what is checked, unless a person does', async () => {
  bench.settings = { healthCheck: { ...CHECK, command: ['CMD-SHELL', 'curl -f localhost || exit 1'] } };
  expect((await bench.create({ start: false })).definition.healthCheck?.command).toEqual([
    ...['/bin/sh', '-c'],
    'curl -f localhost || exit 1',
  ]);
  const none = await bench.create({ name: 'none', healthCheck: 'none', start: false });
  expect(none.definition.healthCheck).toBeNull();
  expect(commandOfCheck(['ls', '-l'])).toEqual(['ls', '-l']);
  expect(commandOfCheck(['exit 1'])).toEqual(['/bin/sh', '-c', 'exit 1']);
});
