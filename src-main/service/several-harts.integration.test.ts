import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunSpec } from '../../src-core/hypervisor/runner.ts';
import { TinyBench, type TinyRun } from './testing/tiny-run.ts';

/** Linux on machines with several processors, each in a thread of its own. */
let bench: TinyBench;
const runs: TinyRun[] = [];

beforeAll(async () => {
  bench = await TinyBench.open();
});

afterAll(async () => {
  await Promise.all(runs.map((run) => run.end()));
  await bench.close();
});

async function start(name: string, spec: Partial<RunSpec>): Promise<TinyRun> {
  const run = await bench.start(name, spec);
  runs.push(run);
  return run;
}

/** Every processor does something that the others must see, and what they make of it is counted. */
const WORK = 'for i in 1 2 3 4 5 6 7 8; do (cat /proc/self/stat > /dev/null; echo done) & done | grep -c done';

it.each([2, 4])('Linux has %i processors, and all of them work', async (harts) => {
  const one = await start(`with-${harts}`, { harts });
  expect(await one.sh('nproc')).toEqual({ status: 0, text: `${harts}\n` });
  expect((await one.sh('grep -c ^processor /proc/cpuinfo')).text).toBe(`${harts}\n`);
  expect((await one.sh(WORK)).text).toBe('8\n');
  const busy = await one.sh(
    `for i in $(seq ${harts}); do (j=0; while [ $j -lt 2000 ]; do j=$((j+1)); done) & done; wait; grep ^cpu /proc/stat`,
  );
  expect(busy.text.trim().split('\n')).toHaveLength(harts + 1);
  await one.end();
});

it('goes on after a pause, a snapshot, as a copy, and out of a file', async () => {
  const one = await start('origin', { harts: 2 });
  const counting = 'n=0; while [ $n -lt 60000 ]; do n=$((n+1)); done; echo $n';
  const before = one.sh(counting);
  for (let time = 0; time < 5; time++) {
    await one.run.pause();
    await one.run.resume();
  }
  const memory = join(bench.folder, 'origin.state');
  await one.run.capture({ memory, tops: [], then: 'go-on' });
  expect((await before).text).toBe('60000\n');
  await one.run.pause();
  const copy = await start('copy', { harts: 2, start: { kind: 'fork', of: one.run } });
  await one.run.resume();
  expect((await copy.sh(`nproc; ${WORK}`)).text).toBe('2\n8\n');
  expect((await one.sh(`nproc; ${WORK}`)).text).toBe('2\n8\n');
  await one.end();
  const back = await start('back', { harts: 2, start: { kind: 'restore', memory } });
  expect((await back.sh(`nproc; ${WORK}`)).text).toBe('2\n8\n');
  await back.end();
});

it('powers off from whichever processor it is told to', async () => {
  const one = await start('off', { harts: 2 });
  one.sh('taskset 2 poweroff -f || poweroff -f').catch(() => 'the guest is gone before it can answer');
  expect(await one.run.ended).toEqual({ kind: 'powered-off' });
});
