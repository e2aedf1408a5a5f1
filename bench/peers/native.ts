import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type Program, shellRuns } from './programs.ts';
import type { Peer } from './run-peer.ts';

const COMPILER = { program: 'gcc', hint: 'install gcc', flags: [] };
/** The tools that the guests' shells have from BusyBox, too. */
const APPLETS = ['sh', 'head', 'wc', 'sha256sum', 'gzip', 'sleep'];

/**
 * No machine of software at all: this computer runs the programs itself, with a BusyBox of its own.
 * @param folder for what is made @throws Error that says what is missing
 */
export function native(programs: readonly Program[], folder: string): Peer {
  const busybox = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
  if (busybox === '') throw new Error('there is no busybox to compare with; install it, or --without native');
  const tools = join(folder, 'tools');
  mkdirSync(tools, { recursive: true });
  for (const applet of APPLETS) symlinkSync(busybox, join(tools, applet));
  compile(COMPILER, join(folder, 'programs'));
  const script = join(folder, 'run');
  writeFileSync(script, `PATH=${tools}\n${shellRuns(programs, join(folder, 'programs'))}\necho @done\nexec sleep 60\n`);
  return { name: 'this computer', command: [join(tools, 'sh'), script] };
}
