import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What lets a browser in; see contract/web-session.ts for who holds which. */
export interface WebSecrets {
  /** In the address that is printed. */
  readonly token: string;
  readonly cookie: string;
  readonly key: string;
}

const TOKEN_FORM = /^[0-9a-f]{64}$/;

/**
 * The token stays the same from run to run, so that a window that is open finds the service again after a restart.
 * It is kept in the data directory, readable by this user alone; removing the file makes a new one.
 */
export function loadWebSecrets(dataDirectory: string): WebSecrets {
  const file = join(dataDirectory, 'web-token');
  const kept = readToken(file);
  if (kept !== undefined) return secretsOf(kept);
  const token = randomBytes(32).toString('hex');
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return secretsOf(token);
}

function readToken(file: string): string | undefined {
  try {
    const token = readFileSync(file, 'utf8').trim();
    return TOKEN_FORM.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

export function secretsOf(token: string): WebSecrets {
  const derived = (purpose: string) => createHash('sha256').update(`${purpose}:${token}`).digest('hex');
  return { token, cookie: derived('cookie'), key: derived('key') };
}

/** Compares in a time that tells nothing of where they differ. */
export function isSecret(given: string | undefined, secret: string): boolean {
  if (given === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
