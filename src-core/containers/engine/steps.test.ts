import { beforeEach, expect, it } from 'vitest';
import { Cancellation } from '../../base/cancellation.ts';
import { CHANNEL } from '../../guest/protocol.ts';
import type { Step } from './step-runner.ts';
import { EngineBench } from './testing/engine-bench.ts';

let bench: EngineBench;
let said: string[];
beforeEach(async () => {
  bench = await EngineBench.open();
  said = [];
});

function step(more: Partial<Step> = {}): Step {
  return {
    layers: [`sha256:${'b'.repeat(64)}`],
    command: ['make'],
    environment: ['A=1'],
    workingDirectory: '/',
    user: '',
    limits: { memoryBytes: null, cpus: null, pids: null, diskBytes: null },
    network: null,
    addCapabilities: [],
    output: (bytes, channel) => void said.push(`${channel}: ${new TextDecoder().decode(bytes)}`),
    changes: async (archive) => {
      for await (const bytes of archive) said.push(`${bytes.length} bytes of changes`);
    },
    ...more,
  };
}

it('a step runs in a container that nobody sees, and nothing is left of it', async () => {
  bench.nodes.onRun = (session) => {
    session.print('made');
    session.print('warned', CHANNEL.stderr);
    session.end(0);
  };
  expect(await bench.engine.steps.run(step(), new Cancellation())).toEqual({ exitStatus: 0, outOfMemory: false });
  expect(said).toEqual(['stdout: made', 'stderr: warned', '1024 bytes of changes']);
  expect(bench.engine.list()).toEqual([]);
  expect(bench.node.disk.size).toBe(0);
  expect(bench.node.running.size).toBe(0);
  expect(bench.engine.nodes.list()[0]).toMatchObject({ promisedMemoryBytes: 0, containers: 0 });
});

it('what a step changed is not asked for when it failed', async () => {
  bench.nodes.onRun = (session) => session.end(2);
  expect(await bench.engine.steps.run(step(), new Cancellation())).toEqual({ exitStatus: 2, outOfMemory: false });
  expect(said).toEqual([]);
  expect(bench.node.disk.size).toBe(0);
});

it('a step that is cancelled is ended, and told as that', async () => {
  const signal = new Cancellation();
  bench.nodes.onRun = () => queueMicrotask(() => signal.cancel());
  await expect(bench.engine.steps.run(step(), signal)).rejects.toMatchObject({ code: 'cancelled' });
  expect(bench.node.calls).toContain('signal 9 to all');
  expect(bench.node.disk.size).toBe(0);
});

it('a step has its network and gives its address back', async () => {
  bench.nodes.onRun = (session) => session.end(2);
  const before = JSON.stringify(bench.networks.list()[0]?.leases);
  await bench.engine.steps.run(step({ network: 'default' }), new Cancellation());
  expect(JSON.stringify(bench.networks.list()[0]?.leases)).toBe(before);
});
