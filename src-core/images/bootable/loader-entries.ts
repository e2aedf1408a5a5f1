import { resolvePath, type BootEntry } from './boot-entry.ts';
import { newestFirst } from './versions.ts';

/** A file of loader/entries. */
export interface EntryFile {
  /** "debian-6.12.conf". */
  readonly name: string;
  readonly text: string;
}

/**
 * The Boot Loader Specification (UAPI.1), type 1: the default of loader.conf first, then the newest.
 * @param configuration what loader/loader.conf holds; '' without one
 */
export function readLoaderEntries(files: readonly EntryFile[], configuration: string): readonly BootEntry[] {
  const pattern = /^\s*default\s+(\S+)/m.exec(configuration)?.[1] ?? '';
  const standard = files.filter(({ name }) => matches(name, pattern));
  const others = files.filter((file) => !standard.includes(file));
  const sorted = (group: readonly EntryFile[]): readonly EntryFile[] => newestFirst(group, ({ name }) => name);
  return [...sorted(standard), ...sorted(others)].flatMap(({ text }) => parseEntry(text) ?? []);
}

function parseEntry(text: string): BootEntry | null {
  let kernel: string | null = null;
  const initrds: string[] = [];
  const options: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, key = '', value = ''] = /^\s*([^#\s]\S*)\s+(.*?)\s*$/.exec(line) ?? [];
    if (key === 'linux') kernel = resolvePath('/', value);
    else if (key === 'initrd') initrds.push(...value.split(/\s+/).map((path) => resolvePath('/', path)));
    else if (key === 'options') options.push(value);
  }
  if (kernel === null) return null;
  // Where GRUB reads these files, its variables stand in them.
  const words = options
    .join(' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const known = words.filter((word) => !word.includes('$'));
  const paths = initrds.filter((path) => !path.includes('$'));
  return { kernel, initrds: paths, commandLine: known.join(' '), isIncomplete: known.length < words.length };
}

/** A pattern of a shell with "*" and "?"; ".conf" may be left out. */
function matches(name: string, pattern: string): boolean {
  if (pattern === '') return false;
  return isLike(name, pattern) || isLike(name, `${pattern}.conf`);
}

/** Goes back to the last "*" only, so that no pattern takes long. */
function isLike(name: string, pattern: string): boolean {
  let star = -1;
  let mark = 0;
  let at = 0;
  let of = 0;
  while (at < name.length) {
    if (of < pattern.length && (pattern[of] === '?' || pattern[of] === name[at]) && pattern[of] !== '*') {
      at++;
      of++;
    } else if (pattern[of] === '*') {
      star = of++;
      mark = at;
    } else if (star >= 0) {
      of = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[of] === '*') of++;
  return of === pattern.length;
}
