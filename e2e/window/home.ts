import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A data directory of its own for each test, with a short path: sockets lie in it. */
export interface Home {
  readonly path: string;
  remove(): void;
}

export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'inn-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
