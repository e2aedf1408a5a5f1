import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Seconds since 1970. */
const AT = 1_600_000_000;

/** Makes a tree of files with whatever is to be kept when it is copied. */
export async function makeTree(root: string): Promise<void> {
  await mkdir(join(root, 'deep/er'), { recursive: true });
  await mkdir(join(root, 'empty'));
  await writeFile(join(root, 'a file'), 'one');
  await writeFile(join(root, 'deep/er/big'), Buffer.alloc(3_000_000, 'x'));
  await writeFile(join(root, 'deep', 'n'.repeat(120)), 'long');
  await writeFile(join(root, '.hidden'), '');
  await writeFile(join(root, '-rf * $HOME'), 'odd');
  await symlink('../nowhere', join(root, 'deep/link'));
  await chmod(join(root, 'a file'), 0o640);
  const files = ['a file', 'deep/er/big', `deep/${'n'.repeat(120)}`, '.hidden', '-rf * $HOME'];
  for (const path of [...files, 'deep/er', 'deep', 'empty', '']) await utimes(join(root, path), AT, AT);
}

/** Every path of a tree with what is to be kept of it. */
export async function lookAtTree(root: string, path = ''): Promise<Record<string, unknown>> {
  const stats = await lstat(join(root, path));
  const kept = { mode: stats.mode & 0o7777, at: Math.floor(stats.mtimeMs / 1000) };
  if (stats.isSymbolicLink()) return { [path]: await readlink(join(root, path)) };
  if (stats.isFile()) return { [path]: { ...kept, text: await readFile(join(root, path), 'latin1') } };
  const names = await readdir(join(root, path));
  const below = await Promise.all(names.map((name) => lookAtTree(root, path === '' ? name : `${path}/${name}`)));
  return Object.assign({ [path]: kept }, ...below) as Record<string, unknown>;
}
