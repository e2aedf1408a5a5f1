import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createService } from '../service/service.ts';
import type { Service } from '../service/service.ts';
import { TinyBench } from '../service/testing/tiny-run.ts';
import { lookAtTree, makeTree } from './testing/copy-tree.ts';
import { FakeIo } from './testing/fake-io.ts';
import type { FakeService } from './testing/fake-service.ts';

/** `inn vm cp` with machines of the tiny image, whose tar and shell are BusyBox's. */
let bench: TinyBench;
let service: Service;
let folder: string;

async function inn(line: string): Promise<FakeIo> {
  const io = new FakeIo({
    handlers: service.handlers,
    events: { on: (listener: Parameters<Service['onEvent']>[0]) => service.onEvent(listener) },
    snapshotEvents: () => service.snapshotEvents(),
  } as unknown as FakeService);
  expect([await io.run(line), io.err]).toEqual([0, '']);
  return io;
}

beforeAll(async () => {
  bench = await TinyBench.open();
  service = await createService({ dataDirectory: bench.folder, host: 'background', version: 'test' });
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-copy-'));
  for (const name of ['web', 'other']) await inn(`vm create ${name} --memory 128M --start`);
});

afterAll(async () => {
  await service.dispose();
  await bench.close();
  await rm(folder, { recursive: true });
});

test('a tree comes back from a machine as it went, also by way of another', async () => {
  const tree = join(folder, 'tree');
  await mkdir(tree);
  await makeTree(tree);
  const wanted = await lookAtTree(tree);
  expect((await inn(`vm cp ${tree} web:/srv-new`)).out).toBe('Copied 6 files, 2.9M\n');
  await inn(`vm cp web:/srv-new ${folder}/back`);
  expect(await lookAtTree(join(folder, 'back'))).toEqual(wanted);
  await inn('vm cp web:/srv-new other:/root');
  await inn(`vm cp other:srv-new/. ${folder}/again`);
  expect(await lookAtTree(join(folder, 'again'))).toEqual(wanted);
  expect((await readdir(folder)).sort()).toEqual(['again', 'back', 'tree']);
  expect((await inn('vm exec web -- ls -A /srv-new')).out.split('\n')).not.toContain('.inn-copy');
});

test('what is there already is merged, file by file', async () => {
  await inn(
    'vm exec web -- sh -c mkdir${IFS}-p${IFS}/m/tree/deep;echo${IFS}old>/m/tree/deep/kept;echo${IFS}old>/m/tree/.hidden',
  );
  await inn(`vm cp ${folder}/tree web:/m`);
  expect((await inn('vm exec web -- cat /m/tree/deep/kept')).out).toBe('old\n');
  expect((await inn('vm exec web -- stat -c %s /m/tree/.hidden')).out).toBe('0\n');
});

test('a directory of the system is copied as far as it is files', async () => {
  const io = new FakeIo({
    handlers: service.handlers,
    events: { on: () => ({ dispose: () => undefined }) },
    snapshotEvents: () => service.snapshotEvents(),
  } as unknown as FakeService);
  expect(await io.run(`vm cp web:/dev ${folder}/dev`)).toBe(0);
  expect(io.err).toContain('Left out, because it is a device, a socket or a pipe: null\n');
  expect((await stat(join(folder, 'dev'))).isDirectory()).toBe(true);
  await inn(`vm cp web:/etc ${folder}`);
  expect(await readdir(join(folder, 'etc'))).toContain('inittab');
});
