import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from './build.ts';

/** `npm run -s inn -- …`: the command line out of the repository, built when it is stale. */
ensureBuilt();
const main = join(import.meta.dirname, '../../out/main/inn.js');
process.on('SIGINT', () => undefined);
const result = spawnSync(process.execPath, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // The person's own folder, not the repository's, which npm changes to: relative paths mean what they typed.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
});
process.exitCode = result.status ?? 1;
