import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Builds the product into out/ when a source is newer than the last build. */
const root = join(import.meta.dirname, '../..');
const stamp = join(root, 'out/built');
const SOURCES = ['src-core', 'src-main', 'src-renderer', 'electron.config.ts', 'package-lock.json'];

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isFresh(): boolean {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return SOURCES.every((source) => newest(join(root, source)) < built);
}

/** @throws when the build fails; its messages are on standard error by then */
export function ensureBuilt(): void {
  if (isFresh()) return;
  const startedAt = new Date();
  console.error('Building Innkeeper …');
  const result = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) throw new Error('the build failed');
  writeFileSync(stamp, `${startedAt.toISOString()}\n`);
}
