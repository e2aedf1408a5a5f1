#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../src-core/base/errors.ts';
import { defaultDataDirectory } from '../service/os/data-directory.ts';
import type { CliIo, ServeRequest } from './io.ts';
import { runCli } from './program.ts';
import { OWNED_BY_ANOTHER, STARTED_IN_BACKGROUND, connectIfRunning, connectOrStart } from './service-link.ts';

/** `inn`. As a source file and as out/main/inn.js it stands two folders below package.json. */
const root = join(import.meta.dirname, '../..');

const dataDirectory = resolve(defaultDataDirectory());
let ownedByAnother = false;

const io: CliIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  environment: process.env,
  version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  connect: () => connectOrStart(dataDirectory, import.meta.filename),
  connectIfRunning: () => connectIfRunning(dataDirectory),
  serve: async (request: ServeRequest) => {
    // Everything that runs machines is loaded only here: the other commands start at once.
    const { runService } = await import('./serve.ts');
    await runService({ io, rendererDirectory: join(root, 'out/renderer') }, request).catch((error: unknown) => {
      const owned = error instanceof AppError && error.code === 'unavailable' && 'pid' in error.data;
      ownedByAnother = owned && process.env[STARTED_IN_BACKGROUND] !== undefined;
      throw error;
    });
  },
  passOutputUnchanged: () => {
    // Node's raw mode still turns LF into CR LF on output, and has no way to say otherwise.
    if (process.platform !== 'win32') spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
  },
  onSignal: (signal, handler) => {
    process.on(signal, handler);
    return { dispose: () => void process.off(signal, handler) };
  },
};

// Nobody reads on ("| head"): whoever writes hears of it by the write's own outcome.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

const status = await runCli(process.argv.slice(2), io);
// Standard input or a timer of a library may still be open; what was written is out when its callback comes.
process.stdout.write('', () =>
  process.stderr.write('', () => process.exit(ownedByAnother ? OWNED_BY_ANOTHER : status)),
);
