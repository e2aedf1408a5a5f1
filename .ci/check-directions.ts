import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Directions between folders. Proves on planted violations that the tools still bite, then checks the real tree. */
const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);
const config = ['--config', join(root, '.dependency-cruiser.cjs')];

function run(command: string, args: readonly string[], cwd: string) {
  const result = spawnSync(bin(command), args, { cwd, encoding: 'utf8' });
  return { status: result.status, text: result.stdout + result.stderr };
}

function mustBite(what: string, result: { status: number | null; text: string }, words: readonly string[]): void {
  const silent = words.filter((word) => !result.text.includes(word));
  if (result.status !== 0 && silent.length === 0) return;
  console.error(`${what} did not find the planted violation (${silent.join(', ')}):\n${result.text}`);
  process.exit(1);
}

const canary = join(root, '.ci/canary/directions');
mustBite('dependency-cruiser', run('depcruise', [...config, 'src-core'], canary), ['core-base-knows-nothing-above']);
mustBite('tsc', run('tsc', ['-p', join(root, '.ci/canary/pure')], root), ["'process'", "'window'", "'node:fs'"]);

const real = run('depcruise', [...config, 'src-core', 'src-main', 'src-renderer'], root);
const cruised = Number(/\((\d+) modules/.exec(real.text)?.[1] ?? 0);
process.stdout.write(real.text);
if (real.status !== 0) process.exit(1);
if (cruised === 0) {
  console.error('dependency-cruiser looked at no module');
  process.exit(1);
}
