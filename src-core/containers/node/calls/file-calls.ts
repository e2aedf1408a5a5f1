import type { CallList, CallReference, CallResults, DataReference } from './call-list.ts';
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  MNT_DETACH,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  SYS,
} from './linux.ts';

/** Parts of lists that deal with files. */

export interface FileRead {
  readonly call: CallReference;
  readonly room: DataReference;
}

export function makeDirectory(list: CallList, path: string, mode = 0o755): void {
  list.try(SYS.mkdirat, AT_FDCWD, path, mode);
}

export function open(list: CallList, doing: string, path: string, flags: number): CallReference {
  return list.call(doing, SYS.openat, AT_FDCWD, path, flags | O_CLOEXEC);
}

export function close(list: CallList, fd: CallReference | number): void {
  list.try(SYS.close, fd);
}

/** A file of our own, whole. */
export function writeFile(list: CallList, path: string, text: string, mode = 0o644): void {
  writeBytes(list, path, new TextEncoder().encode(text), mode);
}

export function writeBytes(list: CallList, path: string, content: Uint8Array, mode: number): void {
  const bytes = list.bytes(content);
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  const fd = list.call(`write ${path}`, SYS.openat, AT_FDCWD, path, flags, mode);
  if (bytes.length > 0) list.call(`write ${path}`, SYS.write, fd, bytes, bytes.length);
  close(list, fd);
}

/** A knob of the kernel's that must take it. */
export function setKnob(list: CallList, path: string, value: string): void {
  const bytes = list.bytes(new TextEncoder().encode(value));
  const fd = list.call(`set ${path}`, SYS.openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
  list.call(`set ${path}`, SYS.write, fd, bytes, bytes.length);
  close(list, fd);
}

/** A knob that may not be there. */
export function tryKnob(list: CallList, path: string, value: string): CallReference {
  const bytes = list.bytes(new TextEncoder().encode(value));
  const fd = list.try(SYS.openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
  const written = list.try(SYS.write, fd, bytes, bytes.length);
  close(list, fd);
  return written;
}

/** The beginning of a file, which may not be there. */
export function readFile(list: CallList, path: string, most: number): FileRead {
  return readFrom(list, list.try(SYS.openat, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), most);
}

/** The beginning of a file below a directory, which no link leads out of. */
export function readInRoot(list: CallList, root: CallReference | number, path: string, most: number): FileRead {
  return readFrom(list, openInRoot(list, root, path, O_RDONLY | O_NONBLOCK), most);
}

function readFrom(list: CallList, fd: CallReference, most: number): FileRead {
  const room = list.room(most);
  const call = list.try(SYS.read, fd, room, most);
  close(list, fd);
  return { call, room };
}

export const textOf = (results: CallResults, { call, room }: FileRead): string => results.textRead(call, room);

/** openat2(2). @param doing when it must not fail */
export function openInRoot(
  list: CallList,
  root: CallReference | number,
  path: string,
  flags: number,
  doing?: string,
): CallReference {
  const how = new Uint8Array(24);
  const view = new DataView(how.buffer);
  view.setBigUint64(0, BigInt(flags | O_CLOEXEC), true);
  view.setBigUint64(16, BigInt(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS), true);
  const values = [root, path === '' ? '/' : path, list.bytes(how), how.length] as const;
  return doing === undefined ? list.try(SYS.openat2, ...values) : list.call(doing, SYS.openat2, ...values);
}

/** Makes a directory below another, with those above it; links on the way stay inside. */
export function makeDirectoriesInRoot(list: CallList, root: CallReference | number, path: string): void {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  for (const [at, part] of parts.entries()) {
    if (part === '..') continue;
    const parent = openInRoot(list, root, `/${parts.slice(0, at).join('/')}`, O_PATH | O_DIRECTORY);
    list.try(SYS.mkdirat, parent, part, 0o755);
    close(list, parent);
  }
}

export function removeFile(list: CallList, path: string): void {
  list.try(SYS.unlinkat, AT_FDCWD, path, 0);
}

export function removeDirectory(list: CallList, path: string): CallReference {
  return list.try(SYS.unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

export function unmount(list: CallList, path: string): CallReference {
  return list.try(SYS.umount2, path, MNT_DETACH);
}

/** Names in what getdents64(2) has given. */
export function namesIn(entries: Uint8Array): readonly string[] {
  const names: string[] = [];
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  for (let at = 0; at + 19 <= entries.length;) {
    const length = view.getUint16(at + 16, true);
    if (length < 20) break;
    const end = entries.indexOf(0, at + 19);
    const name = new TextDecoder().decode(entries.subarray(at + 19, Math.max(at + 19, end)));
    if (name !== '.' && name !== '..') names.push(name);
    at += length;
  }
  return names;
}
