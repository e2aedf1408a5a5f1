import { EEXIST, os, writeFrom } from './quickjs.ts';

/** ASCII only: QuickJS has no text encoder, and what the agent writes needs none. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0x7f);
}

/** Writes into a file as it is, which must be there unless it is made. @returns a negative errno when it did not work */
export function writeFile(path: string, bytes: Uint8Array, flags = os.O_WRONLY, mode = 0o644): number {
  const fd = os.open(path, flags, mode);
  if (fd < 0) return fd;
  let result = 0;
  for (let at = 0; at < bytes.length && result >= 0; at += result) {
    result = writeFrom(fd, bytes.slice(at));
    if (result === 0) break;
  }
  os.close(fd);
  return Math.min(0, result);
}

/** Gives a file a whole new content by a rename, so that it never holds half of it. @returns as `writeFile` */
export function replaceFile(path: string, bytes: Uint8Array, mode = 0o644): number {
  const draft = `${path}.innkeeper-new`;
  os.remove(draft);
  const written = writeFile(draft, bytes, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode);
  const renamed = written < 0 ? written : os.rename(draft, path);
  if (renamed < 0) os.remove(draft);
  return renamed;
}

/** Makes a directory and those above it. @returns a negative errno when it is not there then */
export function makeDirectories(path: string, mode = 0o755): number {
  let made = 0;
  for (let end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
    made = os.mkdir(end === -1 ? path : path.slice(0, end), mode);
    if (end === -1) return made === -EEXIST ? 0 : made;
  }
}

/** Names in a folder; none where there is no such folder. */
export function entries(folder: string): readonly string[] {
  const [names, errno] = os.readdir(folder);
  return errno === 0 ? names.filter((name) => name !== '.' && name !== '..') : [];
}

/** A regular file that is no link. */
export function isRegularFile(path: string): boolean {
  const [stat] = os.lstat(path);
  return stat !== null && (stat.mode & os.S_IFMT) === os.S_IFREG;
}
