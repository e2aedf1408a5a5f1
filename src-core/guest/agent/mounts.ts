import type { MountMessage, UnmountMessage } from '../protocol.ts';
import { isDirectory } from './environment.ts';
import { makeDirectories } from './files.ts';
import { readSmallFile } from './quickjs.ts';
import { invalid, type Failure } from './request-failure.ts';
import { failureOf, toolEnds } from './tool.ts';

export interface Mount {
  readonly directory: string;
  readonly type: string;
  readonly source: string;
}

const TYPE = /^[a-z0-9][a-z0-9._-]*$/;

/** Mounts something, having made the directory; what is mounted there already is fine. */
export function mount({ type, source, directory, options = '' }: MountMessage): Promise<Failure> {
  checkDirectory(directory);
  if (typeof type !== 'string' || !TYPE.test(type)) throw invalid('that is no type of a file system');
  if (typeof source !== 'string' || source === '' || source.startsWith('-')) throw invalid('that is no source');
  if (typeof options !== 'string') throw invalid('those are no options');
  return mountOnce(type, source, directory, options);
}

async function mountOnce(type: string, source: string, directory: string, options: string): Promise<Failure> {
  const there = mountedOn(directory);
  if (there?.type === type && there.source === inTable(source)) return undefined;
  if (there) return `something else is mounted on ${directory}: ${there.type} ${there.source}`;
  if (!isDirectory(directory) && makeDirectories(directory) < 0) return `${directory} could not be made`;
  const end = await toolEnds([
    ...['mount', '-t', type],
    ...(options === '' ? [] : ['-o', options]),
    ...[source, directory],
  ]);
  return failureOf('mount', end);
}

/** Unmounts what is mounted there; where nothing is, that is fine. */
export function unmount({ directory, lazy = false }: UnmountMessage): Promise<Failure> {
  checkDirectory(directory);
  return unmountAll(directory, lazy);
}

async function unmountAll(directory: string, lazy: boolean): Promise<Failure> {
  if (!mountedOn(directory)) return undefined;
  const end = await toolEnds(['umount', ...(lazy ? ['-l'] : []), directory]);
  return failureOf('umount', end);
}

/** proc(5), "/proc/pid/mounts". */
export function allMounts(): readonly Mount[] {
  return (readSmallFile('/proc/self/mounts') ?? '').split('\n').flatMap((line) => {
    const [source, directory, type] = line.split(' ');
    return source && directory && type ? [{ source, directory, type }] : [];
  });
}

/** The one that is seen: the last. */
function mountedOn(directory: string): Mount | undefined {
  const wanted = inTable(directory.replace(/(.)\/+$/, '$1'));
  return allMounts().findLast((each) => each.directory === wanted);
}

/** As the table writes it; its bytes that are not ASCII are read as "?". */
function inTable(text: string): string {
  const escaped = text.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return encodeURI(escaped.replace(/%/g, '\u0001'))
    .replace(/%([89A-F][0-9A-F])/g, '?')
    .replace(/%([0-7][0-9A-F])/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replaceAll('\u0001', '%');
}

function checkDirectory(directory: unknown): void {
  if (typeof directory === 'string' && directory.startsWith('/') && !directory.includes('\0')) return;
  throw invalid('a directory is given by its whole path');
}
