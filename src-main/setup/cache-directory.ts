import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where big downloads are kept, outside the clone and outside the data directory. INNKEEPER_CACHE moves it. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment['INNKEEPER_CACHE'];
  if (given) return given;
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/innkeeper');
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData/Local'), 'innkeeper/cache');
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'innkeeper');
}
