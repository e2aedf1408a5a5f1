import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
/** The command line as it was built. */
export const innScript = join(root, 'out/main/inn.js');

/** A data directory of its own for each test, with a short path: sockets lie in it. */
export interface Home {
  readonly path: string;
  remove(): void;
}

export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'inn-e2e-'));
  const remove = (): void => {
    // A command line that found no app has started a service, which goes on in the background.
    const env = { ...process.env, INNKEEPER_HOME: path };
    spawnSync(process.execPath, [innScript, 'stop'], { env, stdio: 'ignore' });
    rmSync(path, { recursive: true, force: true });
  };
  return { path, remove };
}
