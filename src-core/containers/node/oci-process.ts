import type { OciProcess } from './launch/oci-types.ts';
import type { TerminalSize } from '../../contract/machines.ts';
import type { Account } from './accounts.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MOST_FILES = 524_288;
const SOFT_FILES = 1024;

export interface ProcessWish {
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  readonly terminal: boolean;
  readonly account: Account;
  readonly hostName: string;
  /** "CAP_CHOWN" */
  readonly capabilities: readonly string[];
  /** Of its terminal; null where it has none, or it is not known yet. */
  readonly size: TerminalSize | null;
}

/** Runtime specification, "Process". What is told by who runs it goes before what is preset. */
export function ociProcess(wish: ProcessWish): OciProcess {
  const { account, capabilities } = wish;
  const effective = account.uid === 0 ? capabilities : [];
  return {
    terminal: wish.terminal,
    ...(wish.size ? consoleSize(wish.size) : {}),
    user: { uid: account.uid, gid: account.gid, additionalGids: account.additionalGids },
    args: wish.arguments,
    env: environmentOf(wish),
    cwd: wish.workingDirectory,
    capabilities: { bounding: capabilities, effective, permitted: effective, inheritable: [], ambient: [] },
    rlimits: [
      { type: 'RLIMIT_NOFILE', soft: SOFT_FILES, hard: MOST_FILES },
      { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
    ],
    noNewPrivileges: true,
    // The node's own programs are spared when memory runs out; theirs are not.
    oomScoreAdj: 0,
  };
}

export function consoleSize({ columns, rows }: TerminalSize): object {
  return { consoleSize: { width: columns, height: rows } };
}

/** A later one of the same name counts. */
function environmentOf({ environment, terminal, account, hostName }: ProcessWish): readonly string[] {
  const variables = new Map<string, string>([
    ['PATH', PATH],
    ['HOSTNAME', hostName],
    ['HOME', account.home],
  ]);
  if (terminal) variables.set('TERM', 'xterm-256color');
  for (const each of environment) {
    const equals = each.indexOf('=');
    if (equals > 0) variables.set(each.slice(0, equals), each.slice(equals + 1));
  }
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

/** Where a program is looked for. @returns whole paths, in order */
export function candidatesOf(
  name: string,
  environment: readonly string[],
  workingDirectory: string,
): readonly string[] {
  const under = (folder: string): string => `${folder.startsWith('/') ? '' : `${workingDirectory}/`}${folder}`;
  if (name.includes('/')) return [under(name)];
  const path = environment.findLast((each) => each.startsWith('PATH='))?.slice('PATH='.length) ?? PATH;
  return path.split(':').map((folder) => `${under(folder || '.')}/${name}`);
}
