import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where machines, images, settings and logs live. INNKEEPER_HOME moves it. */
export function defaultDataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment['INNKEEPER_HOME'];
  if (given) return given;
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/Innkeeper');
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData/Local'), 'Innkeeper/data');
  }
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local/share'), 'innkeeper');
}
