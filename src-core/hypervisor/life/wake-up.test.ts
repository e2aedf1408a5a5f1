import { expect, it } from 'vitest';
import type { Identity } from '../../guest/protocol.ts';
import { FakeGuest } from '../../guest/testing/fake-guest.ts';
import { FakeClock } from '../../host/testing/fake-clock.ts';
import { MachineConsole } from '../console/console.ts';
import { LiveRun } from './live-run.ts';
import { FakeRun } from '../testing/fake-runner.ts';

const IDENTITY: Identity = { hostName: 'copy', machineId: '0'.repeat(32), seed: '1'.repeat(128) };
const A_WHILE_MS = 700;

function live() {
  const clock = new FakeClock();
  const run = new FakeRun({} as ConstructorParameters<typeof FakeRun>[0]);
  const problems: unknown[] = [];
  const options = { leases: [], random: () => 0.5, onAgent: () => undefined };
  const machine = new LiveRun(run, new MachineConsole(clock), clock, {
    ...options,
    onProblem: (error) => problems.push(error),
  });
  const guest = new FakeGuest(() => 0.25);
  /** Moves bytes between the fake guest's end and the run's port until all is said. */
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 5; quiet++) {
      const said = guest.end.take();
      if (said.length > 0) run.agent.say(said);
      const heard = run.agent.hearBytes();
      if (heard.length > 0) guest.end.receive(heard);
      if (said.length + heard.length > 0) quiet = 0;
      await Promise.resolve();
    }
  };
  const times = () => guest.heard.flatMap((each) => ('message' in each ? [each.message] : []));
  return { clock, machine, guest, settle, times, problems };
}

it('a guest that stood still is told the time once its agent answers', async () => {
  const { clock, machine, guest, settle, times } = live();
  machine.wakeUp();
  clock.pass(A_WHILE_MS);
  guest.link.start();
  await settle();
  expect(times()).toEqual([{ kind: 'set-time', ns: (BigInt(clock.now()) * 1_000_000n).toString() }]);
});

it('one whose agent is there already is told at once, a copy first who it is', async () => {
  const { clock, machine, guest, settle, times } = live();
  guest.link.start();
  await settle();
  clock.pass(A_WHILE_MS);
  machine.wakeUp(IDENTITY);
  await settle();
  expect(times()).toEqual([
    { kind: 'identify', ...IDENTITY },
    { kind: 'set-time', ns: (BigInt(clock.now()) * 1_000_000n).toString() },
  ]);
});
