import { AppError } from '../../../src-core/base/errors.ts';

/** One thing that is copied. What is copied has one root, whose path is ''; all else lies below it. */
export interface CopyEntry {
  /** Relative to the root, with "/". */
  readonly path: string;
  /** hard-link: another name of a file that came before. special: a device, a socket or a pipe, which is left out. */
  readonly type: 'file' | 'directory' | 'symlink' | 'hard-link' | 'special';
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  readonly sizeBytes: number;
  /** Of a symbolic link, as it is written; of a hard link, the path of the other name. */
  readonly target: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** What was copied. */
export interface CopySum {
  files: number;
  bytes: number;
  /** Paths of what could not be copied because it is no file, directory or link. */
  readonly leftOut: string[];
}

const MAX_PATH_CHARACTERS = 4096;
/** Of the tree that is remembered while it is checked. */
const MAX_ENTRIES = 5_000_000;

/**
 * Lets through what can be a tree of files, and nothing that would lead out of it: no path with "..", nothing below
 * what is no directory, nothing twice, no hard link to anything that did not come before. So whoever writes the tree
 * down, with its symbolic links last, writes only below its root.
 * @param doing for the failure: "copy web:/etc to /tmp"
 * @throws AppError 'guest-failed'
 */
export async function* checkedEntries(
  entries: AsyncIterable<CopyEntry>,
  doing: string,
  platform: NodeJS.Platform = process.platform,
): AsyncGenerator<CopyEntry, void, void> {
  const seen = new Map<string, CopyEntry['type']>();
  const refuse = (path: string, what: string): AppError => {
    const because = `the guest sent what it must not: ${JSON.stringify(path.slice(0, 200))} ${what}`;
    return new AppError({ code: 'guest-failed', doing, because });
  };
  for await (const entry of entries) {
    const { path, type } = entry;
    const parts = path === '' ? [] : path.split('/');
    if (path.length > MAX_PATH_CHARACTERS || seen.size >= MAX_ENTRIES) throw refuse(path, 'is too much');
    if (!parts.every((part) => isName(part, platform))) throw refuse(path, 'is no path here');
    if (seen.has(path)) throw refuse(path, 'comes twice');
    const parent = parts.slice(0, -1).join('/');
    if (parts.length > 0 && seen.get(parent) !== 'directory') throw refuse(path, 'is in no directory');
    if (type === 'hard-link' && seen.get(entry.target) !== 'file') throw refuse(path, 'is a link to no file before it');
    seen.set(path, type === 'hard-link' ? 'file' : type);
    yield entry;
  }
  if (seen.size === 0) {
    throw new AppError({ code: 'guest-failed', doing, because: 'the guest sent nothing' });
  }
}

/** What Windows gives a meaning of its own. */
const NOT_ON_WINDOWS = /[\\:*?"<>|\u0001-\u001f]|[ .]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

function isName(part: string, platform: NodeJS.Platform): boolean {
  if (part === '' || part === '.' || part === '..' || part.includes('\0')) return false;
  return platform !== 'win32' || !NOT_ON_WINDOWS.test(part);
}
