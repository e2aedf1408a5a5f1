import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../src-core/base/errors.ts';
import { createClient } from '../../src-core/contract/client.ts';
import { contract } from '../../src-core/contract/contract.ts';
import { connectLocally } from '../transports/local-socket.ts';
import { socketPathFor } from '../transports/socket-path.ts';
import type { ServiceConnection } from './io.ts';

/** A loaded computer may take this long to start the service. */
const START_LIMIT_MS = 60_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** @returns a connection to the service of `dataDirectory`, or undefined when none listens */
export async function connectIfRunning(dataDirectory: string): Promise<ServiceConnection | undefined> {
  try {
    const connection = createClient(contract, await connectLocally(socketPathFor(dataDirectory)));
    // A process that is just dying still accepts connections for a moment; only one that answers is there.
    await connection.service.status({});
    return connection;
  } catch (error) {
    if (error instanceof AppError && error.code === 'unavailable') return undefined;
    throw error;
  }
}

/**
 * Connects to the service of `dataDirectory`, and starts one in the background where there is none. Several may do so
 * at the same time: only one service gets the data directory, the others end, and all starters find that one.
 * @param entry the script of this program
 * @throws AppError `unavailable` when no service comes up
 */
export async function connectOrStart(dataDirectory: string, entry: string): Promise<ServiceConnection> {
  const running = await connectIfRunning(dataDirectory);
  if (running) return running;
  const deadline = Date.now() + START_LIMIT_MS;
  let attempt = startInBackground(dataDirectory, entry);
  for (let pauseMs = FIRST_PAUSE_MS; Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    await sleep(pauseMs);
    const started = await connectIfRunning(dataDirectory);
    if (started) {
      attempt.letGo((await started.service.status({})).pid);
      return started;
    }
    const end = attempt.ended();
    if (end && !end.owned) throw didNotStart(end.lastWords);
    // Another had the data directory: it is starting, or it was about to end.
    if (end && pauseMs === LONGEST_PAUSE_MS) attempt = startInBackground(dataDirectory, entry);
  }
  throw didNotStart({ because: 'it does not answer', hint: `Its log is ${logFileOf(dataDirectory)}.` });
}

interface LastWords {
  readonly because: string;
  readonly hint: string;
}

interface StartAttempt {
  /** undefined while it runs. `owned`: another process had the data directory. */
  ended(): { owned: boolean; lastWords: LastWords } | undefined;
  /** There is a service, the process `owner`. A child that is not it came too late, and must not become the next one. */
  letGo(owner: number): void;
}

/** Tells `inn serve` that a starter looks at its exit status, which is then OWNED_BY_ANOTHER if that is so. */
export const STARTED_IN_BACKGROUND = 'INNKEEPER_STARTED_IN_BACKGROUND';
export const OWNED_BY_ANOTHER = 75;

/** What the background process prints, most of all why it could not start; the service's own log stands beside it. */
const logFileOf = (dataDirectory: string) => join(dataDirectory, 'logs', 'background.log');
const LARGEST_LOG_BYTES = 1024 * 1024;

function startInBackground(dataDirectory: string, entry: string): StartAttempt {
  const logFile = logFileOf(dataDirectory);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(logFile), { recursive: true });
  const known = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const log = openSync(logFile, known > LARGEST_LOG_BYTES ? 'w' : 'a', 0o600);
  const child = spawn(process.execPath, [...process.execArgv, entry, 'serve'], {
    cwd: dataDirectory,
    detached: true,
    stdio: ['ignore', log, log],
    windowsHide: true,
    env: { ...process.env, INNKEEPER_HOME: dataDirectory, [STARTED_IN_BACKGROUND]: '1' },
  });
  closeSync(log);
  let status: number | undefined;
  child.on('error', () => (status = 1));
  child.on('exit', (code) => (status = code ?? 1));
  return {
    ended: () =>
      status === undefined ? undefined : { owned: status === OWNED_BY_ANOTHER, lastWords: lastWords(logFile) },
    letGo: (owner) => {
      if (child.pid !== owner) child.kill();
      child.unref();
    },
  };
}

/** What `inn serve` said last, in the form of `reportFailure`. */
function lastWords(file: string): LastWords {
  const text = readFileSync(file, 'utf8');
  const [line = '', hint = ''] = text.slice(text.lastIndexOf('inn: failed to ')).split('\n');
  const [, because = line] = /^inn: failed to .*?: (.*)$/.exec(line) ?? [];
  return { because: because || 'it ended at once', hint: hint || `Its log is ${file}.` };
}

function didNotStart({ because, hint }: LastWords): AppError {
  return new AppError({ code: 'unavailable', doing: 'start the service', because, hint });
}
