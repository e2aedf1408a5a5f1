import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { containerHome } from '../containers/testing/container-home.ts';
import { createService, type Service } from '../service.ts';
import { taskEnd } from '../testing/task-end.ts';

let directory: string;
let service: Service;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-compare-'));
  const dataDirectory = join(directory, 'data');
  await containerHome(dataDirectory);
  service = await createService({ dataDirectory, host: 'background', version: 'test' });
});
afterAll(async () => {
  await service.dispose();
  await rm(directory, { recursive: true });
});

it('a machine and a container serve the same page; what each took was measured, and nothing is left of them', async () => {
  const { compare, containers, machines } = service.handlers;
  const { state, failure } = await taskEnd(service, compare.run({ rounds: 1 }));
  expect([state, failure]).toEqual(['done', null]);
  const { comparison } = await compare.last({});
  if (!comparison) throw new Error('nothing was measured');
  const { machine, container, node } = comparison;
  for (const each of [machine, container]) {
    expect(each.imageBytes).toBeGreaterThan(each.movedBytes);
    expect(each.startMs).toHaveLength(1);
    expect(each.memoryBytes).toBeGreaterThan(0);
  }
  expect(machine.memoryBytes).toBeGreaterThan(container.memoryBytes);
  expect(node.memoryBytes).toBeGreaterThan(container.memoryBytes);
  expect([await containers.list({}), await machines.list({})]).toEqual([[], []]);
});
