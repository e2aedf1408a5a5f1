import { expect, it } from 'vitest';
import type { Comparison } from '../../src-core/contract/compare.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService } from './testing/fake-service.ts';

const MIB = 1024 * 1024;
const comparison: Comparison = {
  takenAt: 0,
  service: 'httpd',
  machine: {
    ...{ image: 'tiny', imageBytes: 40 * MIB, movedBytes: 14 * MIB },
    ...{ startMs: [310, 290, 300.4], memoryBytes: 64 * MIB, perGibibyte: 16 },
  },
  container: {
    ...{ image: 'busybox', imageBytes: 2 * MIB, movedBytes: MIB },
    ...{ startMs: [99.6], memoryBytes: MIB, perGibibyte: 1024 },
  },
  node: { imageBytes: 50 * MIB, memoryBytes: 80 * MIB },
};

const task: TaskView = {
  ...{ id: 'task-1', title: 'Compare', state: 'running', phase: 'Round 1', fraction: 0, cancellable: true },
  ...{ subject: null, startedAt: 0, endedAt: null, failure: null },
};

it('inn compare says what each took', async () => {
  const service = new FakeService({
    compare: {
      run: () => {
        setTimeout(() => service.tellTask({ ...task, state: 'done', endedAt: 1 }), 5);
        service.tasks.push(task);
        return Promise.resolve(task);
      },
      last: () => Promise.resolve({ comparison }),
    },
  });
  const io = new FakeIo(service);
  expect(await io.run('compare --rounds 3')).toBe(0);
  expect(service.calls.find(({ method }) => method === 'compare.run')?.input).toEqual({ rounds: 3 });
  expect(io.out).toMatch(/^httpd +MACHINE +CONTAINER$/m);
  expect(io.out).toMatch(/^start to first answer +300 ms \(290 to 310\) +100 ms \(100 to 100\)$/m);
  expect(io.out).toMatch(/^as many in 1 GiB +16 +1024$/m);
  expect(io.out).toContain('its image takes 50M, its memory 80M in all');
});
