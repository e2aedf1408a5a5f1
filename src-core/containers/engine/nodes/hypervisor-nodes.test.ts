import { beforeEach, expect, it } from 'vitest';
import { MOST_SHARES_OF_NODE } from '../../../hypervisor/shares/shares.ts';
import { AppError } from '../../../base/errors.ts';
import { FakeGuest } from '../../../guest/testing/fake-guest.ts';
import { Workbench } from '../../../hypervisor/testing/workbench.ts';
import type { NodeRuntime } from '../../node/node-runtime.ts';
import { HypervisorNodes } from './hypervisor-nodes.ts';
import type { NodeMachine } from './node-machine.ts';

const SIZE = { processors: 1, memoryBytes: 256 * 1024 * 1024 };

let bench: Workbench;
let nodes: HypervisorNodes;
let lost: string[];
const runtime = {} as NodeRuntime;

beforeEach(async () => {
  bench = await Workbench.open();
  lost = [];
  nodes = new HypervisorNodes({
    hypervisor: bench.hypervisor,
    folders: { resolve: (path) => Promise.resolve(path), refused: () => Promise.resolve(null) },
    clock: bench.clock,
    log: { info: () => undefined, warn: (message) => void bench.log.push(message) },
    runtimeOf: () => runtime,
    image: 'tiny',
  });
  nodes.onLost((_id, cause) => void lost.push(cause));
});

/** Lets the guest's agent and its host talk until all is said. */
async function talk(guest: FakeGuest): Promise<void> {
  const run = bench.runner.last;
  for (let quiet = 0; quiet < 20; quiet++) {
    const said = guest.end.take();
    if (said.length > 0) run.agent.say(said);
    const heard = run.agent.hearBytes();
    if (heard.length > 0) guest.end.receive(heard);
    if (said.length + heard.length > 0) quiet = 0;
    await Promise.resolve();
  }
}

/** A node that is up. */
async function wake(node: NodeMachine): Promise<FakeGuest> {
  const runs = bench.runner.runs.length;
  const woken = node.wake('use it');
  while (bench.runner.runs.length === runs) await bench.settle();
  await bench.settle();
  bench.clock.pass(700);
  const guest = new FakeGuest(() => 0.25);
  guest.link.start();
  await talk(guest);
  expect(await woken).toBe(runtime);
  return guest;
}

it('a node is a machine that people do not see among machines', async () => {
  const node = await nodes.add(SIZE);
  expect(node).toMatchObject({ name: 'node-1', state: 'off', ...SIZE });
  expect(bench.hypervisor.list()).toMatchObject([{ name: 'node-1', purpose: 'node' }]);
  expect(bench.hypervisor.runningCount).toBe(0);
  expect(() => bench.hypervisor.get('node-1', 'start')).toThrow(/node of the container engine/);
  await expect(bench.hypervisor.remove('node-1', true)).rejects.toMatchObject({ code: 'wrong-state' });
  expect(nodes.all()).toEqual([node]);
  await nodes.remove(node.id);
  expect(bench.hypervisor.list()).toEqual([]);
});

it('a node is started, sleeps and wakes up', async () => {
  const node = await nodes.add(SIZE);
  await wake(node);
  expect(node.state).toBe('on');
  await node.sleep();
  expect(node.state).toBe('asleep');
  await wake(node);
  expect(node.state).toBe('on');
  expect(lost).toEqual([]);
});

it('a node that cannot go on from where it slept boots, without the folders that it saw', async () => {
  const node = await nodes.add(SIZE);
  await node.share('/home/gone', false, () => true, 'use it');
  await wake(node);
  await node.sleep();
  bench.runner.holds = true;
  const woken = node.wake('use it');
  while (bench.runner.runs.length < 2) await bench.settle();
  bench.runner.last.begun.reject(new AppError({ code: 'not-found', doing: 'start', because: 'its folder is gone' }));
  bench.runner.holds = false;
  while (bench.runner.runs.length < 3) await bench.settle();
  expect(bench.runner.last.spec).toMatchObject({ shares: [], start: { kind: 'power-on' } });
  await node.kill();
  await expect(woken).rejects.toThrow();
});

it('a node whose image is not here waits for it', async () => {
  bench.images.absent = true;
  const node = await nodes.add(SIZE);
  const woken = wake(node);
  await bench.settle();
  expect(node.state).toBe('starting');
  bench.images.finish();
  await woken;
  expect(node.state).toBe('on');
});

it('a node that cannot be started says why', async () => {
  const node = await nodes.add(SIZE);
  bench.meter.availableBytes = 0;
  await expect(node.wake('use it')).rejects.toMatchObject({ code: 'no-room' });
  expect(node.state).toBe('off');
});

it('a node that fails, or loses its agent, is lost', async () => {
  const node = await nodes.add(SIZE);
  await wake(node);
  bench.runner.last.over.resolve({ kind: 'failed', cause: 'a kernel panic' });
  await bench.settle();
  expect(lost).toEqual(['a kernel panic']);
  expect(node.state).toBe('failed');
  const guest = await wake(node);
  guest.end.receive(new Uint8Array(0));
  bench.runner.last.agent.say(new Uint8Array(600).fill(0xff));
  guest.say(99, { kind: 'started', pid: 1 });
  await talk(guest);
  bench.clock.pass(300);
  await bench.settle();
  expect(lost).toHaveLength(2);
  expect(node.state).toBe('off');
});

it('a node has a card on each network that is used, and lets go of one that is not when it has too many', async () => {
  const node = await nodes.add(SIZE);
  const guest = await wake(node);
  const made = [];
  for (const name of ['a', 'b', 'c', 'd'])
    made.push(await bench.networks.create({ name, internal: true, reachesHost: false }));
  const plug = async (network: string, used: readonly string[]): Promise<string> => {
    const card = node.card(network, (other) => used.includes(other), 'use it');
    const course = { isDone: false };
    void card.finally(() => (course.isDone = true)).catch(() => undefined);
    for (let turn = 0; turn < 50 && !course.isDone; turn++) {
      await talk(guest);
      for (const heard of guest.heard.splice(0)) {
        if ('message' in heard && heard.session > 0) guest.say(heard.session, { kind: 'done' });
      }
      await bench.settle();
    }
    return card;
  };
  const [first = '', second = '', third = '', fourth = ''] = made.map(({ id }) => id);
  const preset = bench.networks.list()[0]?.id ?? '';
  expect(await plug(preset, [])).toMatch(/^0000:00:/);
  const one = await plug(first, [preset]);
  await plug(second, [preset, first]);
  await plug(third, [preset, first, second]);
  expect(await plug(first, [])).toBe(one);
  await expect(plug(fourth, [preset, first, second, third])).rejects.toMatchObject({ code: 'no-room' });
  expect(await plug(fourth, [preset, second, third])).toBe(one);
});

it('a folder is shared once for all, and no more than a machine can have', async () => {
  const node = await nodes.add(SIZE);
  const share = (name: string, used = true): Promise<string> =>
    node.share(`/home/${name}`, false, () => used, 'use it');
  const tag = await share('a');
  expect(await share('a')).toBe(tag);
  for (let n = 1; n < MOST_SHARES_OF_NODE; n++) await share(`other${n}`);
  await expect(share('i')).rejects.toMatchObject({
    code: 'no-room',
    because: expect.stringContaining(`${MOST_SHARES_OF_NODE} folders`) as string,
  });
  expect(await share('i', false)).toBe(tag);
});
