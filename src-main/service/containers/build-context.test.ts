import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBuildContext } from './build-context.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inn-context-'));
  await mkdir(join(folder, 'src/deep'), { recursive: true });
  await writeFile(join(folder, 'Containerfile'), 'FROM scratch\n');
  await writeFile(join(folder, 'src/a'), 'A', { mode: 0o600 });
  await writeFile(join(folder, 'src/b.log'), 'B');
  await writeFile(join(folder, 'src/deep/c.log'), 'C');
  await symlink('/etc', join(folder, 'way-out'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function paths(under = '') {
  const { context } = await openBuildContext(folder, null, 'build');
  const found: string[] = [];
  for await (const { path } of context.walk(under)) found.push(path);
  return found;
}

describe('a folder that an image is built from', () => {
  it('has its files, each directory before what is in it', async () => {
    expect(await paths('src')).toEqual(['src', 'src/a', 'src/b.log', 'src/deep', 'src/deep/c.log']);
    const { context, containerfile } = await openBuildContext(folder, null, 'build');
    expect(containerfile).toBe('FROM scratch\n');
    expect(await context.find('src/a')).toMatchObject({ kind: 'file', mode: 0o600, sizeBytes: 1 });
  });

  it('leaves out what .dockerignore says, but for what it takes back', async () => {
    await writeFile(join(folder, '.dockerignore'), '**/*.log\n!src/deep/c.log\n');
    expect(await paths('src')).toEqual(['src', 'src/a', 'src/deep', 'src/deep/c.log']);
    await writeFile(join(folder, '.dockerignore'), 'src\n!src/deep/c.log\n');
    expect(await paths('src')).toEqual(['src/deep/c.log']);
    const { context } = await openBuildContext(folder, null, 'build');
    expect(await context.find('src/a')).toBeNull();
  });

  it('is never left through a link', async () => {
    const { context } = await openBuildContext(folder, null, 'build');
    expect(await context.find('way-out')).toMatchObject({ kind: 'symlink', target: '/etc' });
    expect(await context.find('way-out/passwd')).toBeNull();
    expect(await paths('way-out')).toEqual(['way-out']);
  });

  it('has a Containerfile elsewhere, with a .dockerignore of its own', async () => {
    await writeFile(join(folder, 'src/other'), 'FROM other\n');
    await writeFile(join(folder, 'src/other.dockerignore'), 'src\n');
    const { containerfile, context } = await openBuildContext(folder, 'src/other', 'build');
    expect(containerfile).toBe('FROM other\n');
    expect(await context.find('src/a')).toBeNull();
  });

  it('without a Containerfile is refused', async () => {
    await rm(join(folder, 'Containerfile'));
    await expect(openBuildContext(folder, null, 'build')).rejects.toThrow('there is no Containerfile');
    await expect(openBuildContext(join(folder, 'nothing'), null, 'build')).rejects.toMatchObject({ code: 'not-found' });
    await expect(openBuildContext(join(folder, 'src/a'), null, 'build')).rejects.toThrow('is no folder');
  });
});
