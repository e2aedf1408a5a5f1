import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../../src-core/base/errors.ts';

/** sockaddr_un.sun_path holds 108 bytes with the closing NUL on Linux and 104 on macOS. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Where the service of `dataDirectory` listens: in that directory, or, where its path is too long for a socket, under
 * a name derived from it in a private directory for run-time files. On Windows a named pipe.
 */
export function socketPathFor(dataDirectory: string): string {
  const directory = resolve(dataDirectory);
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\innkeeper-${digest}`;
  const inside = join(directory, 'service.sock');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_PATH_BYTES) return inside;
  return join(privateRuntimeDirectory(), `${digest}.sock`);
}

/** Anybody may write to the shared temporary directory, so the one that we use there must be ours alone. */
function privateRuntimeDirectory(): string {
  const { uid } = userInfo();
  const parent = process.env['XDG_RUNTIME_DIR'] ?? tmpdir();
  const directory = join(parent, `innkeeper-${uid}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const status = lstatSync(directory);
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o077) !== 0) {
    throw new AppError({
      code: 'denied',
      doing: 'find a place for the socket of the service',
      because: `${directory} belongs to somebody else or is open to others`,
      hint: 'Move the data directory to a shorter path with INNKEEPER_HOME, or remove that directory.',
    });
  }
  return directory;
}
