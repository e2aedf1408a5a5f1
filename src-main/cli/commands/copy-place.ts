import { posix, resolve, sep } from 'node:path';
import { AppError } from '../../../src-core/base/errors.ts';

/** Where something is copied from or to. */
export type CopyPlace =
  | { readonly kind: 'host'; /** Absolute; a separator at its end is kept. */ readonly path: string }
  | { readonly kind: 'guest'; readonly machine: string; readonly path: string };

/** A machine's name or id, and what follows. */
const IN_A_GUEST = /^([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?):(.*)$/s;
/** "C:\\Users", "C:/Users" and "C:": a drive, where there are such. */
const ON_A_DRIVE = /^[A-Za-z]:(?:[\\/]|$)/;

/**
 * Reads `NAME:PATH` or a path of this computer. A path of the guest that does not begin with "/" begins in root's home.
 * A file of this computer whose name looks like NAME:PATH is written as "./NAME:PATH".
 */
export function parsePlace(text: string, cwd: string, platform: NodeJS.Platform = process.platform): CopyPlace {
  const match = platform === 'win32' && ON_A_DRIVE.test(text) ? null : IN_A_GUEST.exec(text);
  if (match) return { kind: 'guest', machine: match[1] ?? '', path: match[2] || '.' };
  const open = /[\\/]$/.test(text) && (text.endsWith('/') || sep === '\\');
  return { kind: 'host', path: resolve(cwd, text) + (open ? sep : '') };
}

/**
 * The name under which something arrives in a directory: the last part of its path; '' when only what is in it is
 * meant ("DIR/.", "/").
 */
export function nameOf(place: CopyPlace, typed: string): string {
  const parts = place.kind === 'guest' ? place.path.split('/') : typed.split(sep === '\\' ? /[\\/]/ : '/');
  const last = parts.findLast((part) => part !== '');
  if (last === undefined || last === '.') return '';
  // "a/..": what it is called is known only to the one who has it; its content is what can be copied.
  return last === '..' ? '' : place.kind === 'host' && ON_A_DRIVE.test(last) ? '' : last;
}

/** @throws AppError when a path cannot be one */
export function checkPlaces(from: CopyPlace, to: CopyPlace, doing: string): void {
  const invalid = (because: string, hint: string): AppError =>
    new AppError({ code: 'invalid-input', doing, because, hint });
  if (from.kind === 'host' && to.kind === 'host') {
    throw invalid('both are on this computer', 'Write NAME:PATH for what is in a machine.');
  }
  for (const { path } of [from, to]) {
    if (path.includes('\0')) throw invalid('a path cannot hold a NUL character', 'Write another path.');
  }
  if (from.kind === 'guest' && to.kind === 'guest' && from.machine === to.machine) {
    throw invalid('both are in the same machine', `Copy in it: inn vm exec ${from.machine} -- cp -a …`);
  }
}

/** How a place is told to a person. */
export function placeText(place: CopyPlace): string {
  return place.kind === 'host' ? place.path : `${place.machine}:${posix.normalize(place.path)}`;
}
