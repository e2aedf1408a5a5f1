import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where everything of this user lives, unless INNKEEPER_HOME says otherwise. */
export function defaultDataDirectory(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const chosen = environment['INNKEEPER_HOME'];
  if (chosen) return resolve(chosen);
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/Innkeeper');
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData/Local'), 'Innkeeper');
  }
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local/share'), 'innkeeper');
}
