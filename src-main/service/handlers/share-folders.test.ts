import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HostFolders } from '../../../src-core/hypervisor/shares/shares.ts';
import { hostFolders } from './share-folders.ts';

let base: string;
let folders: HostFolders;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'inn-folders-')));
  mkdirSync(join(base, 'home/data/machines'), { recursive: true });
  mkdirSync(join(base, 'home/work'));
  mkdirSync(join(base, 'home/data-of-others'));
  symlinkSync(join(base, 'home/data'), join(base, 'link'));
  writeFileSync(join(base, 'file'), '');
  folders = hostFolders(join(base, 'link'));
});

afterEach(() => rmSync(base, { recursive: true }));

it('finds the real path of a folder, and nothing where there is none', async () => {
  expect(await folders.resolve(join(base, 'link'))).toBe(join(base, 'home/data'));
  expect(await folders.resolve(join(base, 'home/../home/work'))).toBe(join(base, 'home/work'));
  for (const path of ['nothing', 'file', 'file/x']) expect(await folders.resolve(join(base, path))).toBeNull();
});

it.each(['home/data', 'home/data/machines', 'home', ''])('refuses "%s", where Innkeeper’s data is', async (path) => {
  expect(await folders.refused(join(base, path))).toMatch(/Innkeeper/);
});

it.each(['home/work', 'home/data-of-others'])('permits "%s"', async (path) => {
  expect(await folders.refused(join(base, path))).toBeNull();
});

it.runIf(process.platform === 'linux')('refuses what is on no disk', async () => {
  for (const path of ['/proc/self', '/sys', '/dev/shm']) expect(await folders.refused(path)).toMatch(/not on a disk/);
  expect(await folders.refused('/')).toMatch(/Innkeeper/);
});
