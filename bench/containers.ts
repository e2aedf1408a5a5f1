/**
 * How long `inn ctr run --rm busybox echo hi` takes, from the command being spawned to its first output and to its end,
 * and how many containers one small node holds; beside podman, natively, on the same computer.
 *
 *     npm run -s bench:containers -- [--rounds 15] [--density 50]     after `inn ctr run --rm busybox true`; podman, runc,
 *                                                                     busybox for the comparison
 */
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../src-main/setup/build.ts';
import type { CommandTimes } from './containers/our-containers.ts';
import { OurContainers } from './containers/our-containers.ts';
import { Podman } from './containers/podman.ts';
import { median, report } from './service/bench-service.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, density: { type: 'string', default: '50' } },
});
const ROUNDS = Number(values.rounds);
const DENSITY = Number(values.density);
const GOAL = { firstOutputMs: 100, wholeMs: 250, fromNoNodeMs: 400 };
const ECHO = ['echo', 'hi'];

async function times(rounds: number, one: () => Promise<CommandTimes>): Promise<CommandTimes[]> {
  const all: CommandTimes[] = [];
  for (let round = 0; round < rounds; round++) all.push(await one());
  return all;
}

function tell(what: string, all: readonly CommandTimes[], goalFirst: number | null, goalWhole: number | null): void {
  report(
    `${what}: first output`,
    all.map(({ firstOutputMs }) => firstOutputMs),
    goalFirst,
  );
  report(
    `${what}: whole command`,
    all.map(({ wholeMs }) => wholeMs),
    goalWhole,
  );
}

ensureBuilt();
const ours = await OurContainers.open();
const podman = Podman.open();
try {
  ours.run('ctr', 'node', 'set', '--memory', '512M', '--most', '1');
  const run = (...more: readonly string[]) => ours.time('hi\n', 'ctr', 'run', '--rm', ...more, 'busybox', ...ECHO);
  // The first boots the node.
  await run();
  console.log(`one container, median of ${ROUNDS}:`);
  const running = await times(ROUNDS, () => run());
  tell('node runs', running, GOAL.firstOutputMs, GOAL.wholeMs);
  tell('node runs, no network', await times(ROUNDS, () => run('--network', 'none')), null, null);
  ours.run('ctr', 'node', 'set', '--idle', '1s');
  const asleep = await times(Math.ceil(ROUNDS / 3), async () => {
    await ours.untilAsleep();
    return run();
  });
  tell('node sleeps', asleep, GOAL.fromNoNodeMs, null);
  ours.run('ctr', 'node', 'set', '--idle', '10m');
  if (podman) {
    const theirs = await times(ROUNDS, () => podman.time('hi\n', ...ECHO));
    tell('podman, native, no network', theirs, null, null);
    const ratio = median(running.map(({ wholeMs }) => wholeMs)) / median(theirs.map(({ wholeMs }) => wholeMs));
    console.log(`  the whole command takes ${ratio.toFixed(2)} of podman's time`);
  } else console.log('  no comparison: podman, runc and busybox are needed');
  for (let count = 0; count < DENSITY; count++) ours.run('ctr', 'run', '-d', 'busybox', 'sleep', '100000');
  console.log(`${DENSITY} containers on one node of 512 MiB:`);
  console.log(ours.run('ctr', 'node', 'ls'));
  tell('beside them', await times(5, () => run()), null, null);
} finally {
  podman?.close();
  await ours.close();
}
