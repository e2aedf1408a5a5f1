import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MODULE = `${ROOT}out/core.wasm`;

let bytes: Uint8Array<ArrayBuffer> | undefined;

/** The compiled core, built first when a source of it is newer: a test never runs yesterday's. */
export function coreModule(): Uint8Array<ArrayBuffer> {
  if (bytes) return bytes;
  if (isStale()) {
    const compiler = `${ROOT}node_modules/assemblyscript/bin/asc.js`;
    execFileSync(process.execPath, [compiler, '--config', 'src-core/machine/core/asconfig.json'], { cwd: ROOT });
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
