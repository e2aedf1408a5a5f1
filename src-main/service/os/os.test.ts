import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDataDirectory } from './data-directory.ts';
import { fileProblem } from './file-problem.ts';
import { NodeFiles, removeDrafts } from './node-files.ts';
import { NodeMeter } from './node-meter.ts';
import { processIdentity } from './process-identity.ts';

let directory: string;
const files = new NodeFiles();
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-os-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('files', () => {
  it('are written whole, over what was there, and leave no draft', async () => {
    const path = join(directory, 'machine.json');
    await files.writeAtomically(path, bytes('one'));
    await files.writeAtomically(path, bytes('two'));
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(directory)).toEqual(['machine.json']);
  });

  it('that cannot be written leave what was there, and no draft', async () => {
    const path = join(directory, 'folder');
    await mkdir(join(path, 'in it'), { recursive: true });
    await expect(files.writeAtomically(path, bytes('x'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await readdir(directory)).toEqual(['folder']);
  });

  it('that were on their way to their places when everything died are removed, and only they', async () => {
    await mkdir(join(directory, 'a/b'), { recursive: true });
    for (const name of ['.x.json.0123456789ab', 'a/b/.x.0123456789ab', 'a/x.json', '.note', 'a/.x.json.0123'])
      await writeFile(join(directory, name), 'x');
    await removeDrafts(directory);
    expect((await readdir(directory, { recursive: true })).sort()).toEqual([
      '.note',
      'a',
      'a/.x.json.0123',
      'a/b',
      'a/x.json',
    ]);
  });

  it('are moved with all that is in them, listed and removed', async () => {
    await files.makeDirectory(join(directory, 'a/b/c'));
    await files.writeAtomically(join(directory, 'a/b/c/d'), bytes('d'));
    await files.rename(join(directory, 'a/b'), join(directory, 'moved'));
    expect(await files.list(directory)).toEqual(['a', 'moved']);
    expect(await files.readRange(join(directory, 'moved/c/d'), 0, 10)).toEqual(bytes('d'));
    await files.remove(join(directory, 'moved'));
    await files.remove(join(directory, 'moved'));
    expect(await files.list(join(directory, 'moved'))).toEqual([]);
  });

  it('are told apart: sparse ones, folders, what is not there, and one file by two paths', async () => {
    const path = join(directory, 'disk');
    await writeFile(path, '');
    await truncate(path, 1 << 24);
    await symlink(path, join(directory, 'link'));
    const disk = await files.inspect(path);
    expect(disk).toMatchObject({ kind: 'file', sizeBytes: 1 << 24, readable: true, writable: true });
    expect(disk?.allocatedBytes).toBeLessThan(1 << 20);
    expect((await files.inspect(join(directory, 'link')))?.identity).toBe(disk?.identity);
    expect(await files.inspect(directory)).toMatchObject({ kind: 'directory' });
    expect(await files.inspect(join(directory, 'nothing'))).toBeNull();
    expect(await files.inspect(join(path, 'below a file'))).toBeNull();
  });

  it('that fail, fail with what a person can do about it', async () => {
    await expect(files.read(join(directory, 'nothing'))).rejects.toMatchObject({ code: 'not-found' });
    const errno = (code: string): unknown => fileProblem('write x', Object.assign(new Error(code), { code }));
    expect(errno('ENOSPC')).toMatchObject({ code: 'disk-full', message: 'Failed to write x: the disk is full' });
    expect(errno('EDQUOT')).toMatchObject({ code: 'disk-full' });
    expect(errno('EROFS')).toMatchObject({ code: 'denied' });
    expect(errno('EIO')).toMatchObject({ code: 'unavailable', because: 'EIO' });
    const bug = new TypeError('no errno');
    expect(fileProblem('write x', bug)).toBe(bug);
  });
});

describe('this computer', () => {
  it('is measured within what it has', async () => {
    const meter = new NodeMeter(directory);
    const { facts } = meter;
    const now = await meter.measure();
    expect(facts.processors).toBeGreaterThan(0);
    expect(now.processorUsed).toBeLessThanOrEqual(facts.processors);
    expect(now.memoryAvailableBytes).toBeGreaterThan(0);
    expect(now.memoryAvailableBytes).toBeLessThan(facts.memoryBytes);
    expect(now.disk.usedBytes + now.disk.freeBytes).toBeLessThanOrEqual(now.disk.totalBytes);
    expect(now.disk.path).toBe(directory);
  });

  it('tells a process from others, and knows when there is none', async () => {
    const own = await processIdentity(process.pid);
    expect(own).toBe(await processIdentity(process.pid));
    expect(own).not.toBe(await processIdentity(process.ppid));
    expect(await processIdentity(2 ** 30)).toBeNull();
  });

  it('keeps the data where INNKEEPER_HOME says, else where the system wants it', () => {
    expect(defaultDataDirectory({ INNKEEPER_HOME: '/elsewhere' })).toBe('/elsewhere');
    if (process.platform === 'linux') {
      expect(defaultDataDirectory({ XDG_DATA_HOME: '/xdg' })).toBe('/xdg/innkeeper');
      expect(defaultDataDirectory({})).toMatch(/\/\.local\/share\/innkeeper$/);
    }
  });
});

describe('a folder that was made', () => {
  it('is there with all above it', async () => {
    await files.makeDirectory(join(directory, 'x/y/z'));
    expect((await stat(join(directory, 'x/y/z'))).isDirectory()).toBe(true);
    await files.makeDirectory(join(directory, 'x/y/z'));
  });
});
