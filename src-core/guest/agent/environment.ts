import { os, readSmallFile } from './quickjs.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type Environment = Readonly<Record<string, string>>;

/** What a login of root would have, then what the caller wants. Nothing of the agent's own environment. */
export function environmentFor(wanted: Environment, terminal: boolean): Environment {
  const { home, shell } = rootAccount();
  return {
    PATH: DEFAULT_PATH,
    HOME: home,
    USER: 'root',
    LOGNAME: 'root',
    SHELL: shell,
    ...(terminal ? { TERM: 'xterm-256color' } : {}),
    ...wanted,
  };
}

export function isDirectory(path: string): boolean {
  const [stat] = os.stat(path);
  return stat !== null && (stat.mode & os.S_IFMT) === os.S_IFDIR;
}

function rootAccount(): { home: string; shell: string } {
  const line = readSmallFile('/etc/passwd')
    ?.split('\n')
    .find((each) => each.startsWith('root:'));
  const [, , , , , home = '', shell = ''] = line?.split(':') ?? [];
  return { home: isDirectory(home) ? home : '/', shell: shell || '/bin/sh' };
}

export type Lookup = { readonly found: string } | { readonly status: 126 | 127; readonly because: string };

/**
 * Finds the program as execvp(3) would, so that the reason is known when there is none: exec in a child can only
 * end it. 127 not found, 126 found but not executable, as POSIX has it for shells.
 */
export function findProgram(name: string, path: string, workingDirectory: string): Lookup {
  const candidates = name.includes('/')
    ? [name.startsWith('/') ? name : `${workingDirectory}/${name}`]
    : path.split(':').map((directory) => `${directory || workingDirectory}/${name}`);
  let because = name.includes('/') ? 'no such file or directory' : 'command not found';
  let status: 126 | 127 = 127;
  for (const candidate of candidates) {
    const [stat] = os.stat(candidate);
    if (!stat) continue;
    const regular = (stat.mode & os.S_IFMT) === os.S_IFREG;
    if (regular && (stat.mode & 0o111) !== 0) return { found: candidate };
    if (!regular && !name.includes('/')) continue;
    status = 126;
    because = (stat.mode & os.S_IFMT) === os.S_IFDIR ? 'is a directory' : 'permission denied';
  }
  return { status, because };
}

/** @returns where the program is in the default path, if anywhere */
export function findTool(name: string): string | undefined {
  const lookup = findProgram(name, DEFAULT_PATH, '/');
  return 'found' in lookup ? lookup.found : undefined;
}
