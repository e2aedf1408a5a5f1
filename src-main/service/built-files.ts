import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../src-core/base/errors.ts';

/**
 * What the build makes and the service needs at run time. It is looked for beside this module: bundled, that is in
 * out/main (or in a folder of chunks in it); from the sources, in src-main/service.
 */
const PLACES = {
  'machine-worker': ['./machine-worker.js', '../machine-worker.js', '../workers/machine.ts'],
  'hart-worker': ['./hart-worker.js', '../hart-worker.js', '../workers/hart.ts'],
  'network-worker': ['./network-worker.js', '../network-worker.js', '../workers/network.ts'],
  'memory-worker': ['./memory-worker.js', '../memory-worker.js', '../workers/memory-preparation.ts'],
  'disk-worker': ['./disk-worker.js', '../disk-worker.js', '../workers/disk-work.ts'],
  'archive-worker': ['./archive-worker.js', '../archive-worker.js', '../workers/archive-work.ts'],
  core: ['../core.wasm', '../../core.wasm', '../../out/core.wasm'],
  agent: ['../agent.js', '../../agent.js', '../../out/agent.js'],
} as const;

/** @throws AppError 'unavailable' when it was not built */
export function builtFile(name: keyof typeof PLACES): URL {
  for (const place of PLACES[name]) {
    const url = new URL(place, import.meta.url);
    if (existsSync(url)) return url;
  }
  throw new AppError({
    code: 'unavailable',
    doing: 'start Innkeeper',
    because: `a part of it, ${name}, is missing`,
    hint: 'Build it: npm run build.',
  });
}

/** The RISC-V processor, compiled once for all machines. @throws AppError 'unavailable' */
export async function compileCore(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(fileURLToPath(builtFile('core'))));
}

/** The program of the guest agent. @throws AppError 'unavailable' */
export function agentSource(): Promise<string> {
  return readFile(fileURLToPath(builtFile('agent')), 'utf8');
}
