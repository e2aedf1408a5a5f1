import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, renameSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MODULE = `${ROOT}out/core.wasm`;

let bytes: Uint8Array<ArrayBuffer> | undefined;

/** The compiled core, built first when a source of it is newer: a test never runs yesterday's. */
export function coreModule(): Uint8Array<ArrayBuffer> {
  if (bytes) return bytes;
  if (isStale()) {
    const compiler = `${ROOT}node_modules/assemblyscript/bin/asc.js`;
    // Several test files may find it stale at once: each builds its own, and the last one stays.
    const own = `out/core.${process.pid}.wasm`;
    const config = 'src-core/machine/core/asconfig.json';
    execFileSync(process.execPath, [compiler, '--config', config, '--outFile', own], { cwd: ROOT, stdio: 'pipe' });
    renameSync(`${ROOT}${own}`, MODULE);
  }
  bytes = new Uint8Array(readFileSync(MODULE));
  return bytes;
}

function isStale(): boolean {
  if (!existsSync(MODULE)) return true;
  const built = statSync(MODULE).mtimeMs;
  const sources = globSync(`${ROOT}src-core/machine/core/**/*.{ts,json}`);
  return sources.some((file) => !/\.test\.ts$|\/testing\//.test(file) && statSync(file).mtimeMs > built);
}
