import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where big downloads are kept: outside the clone and the data directory, since they can be had again. INNKEEPER_CACHE moves it. */
export function defaultCacheDirectory(environment: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  const given = environment['INNKEEPER_CACHE'];
  if (given) return given;
  if (process.platform === 'darwin') return join(home, 'Library/Caches/innkeeper');
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData/Local'), 'innkeeper/cache');
  return join(environment['XDG_CACHE_HOME'] || join(home, '.cache'), 'innkeeper');
}
