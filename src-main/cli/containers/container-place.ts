import { posix, resolve, sep } from 'node:path';

/** Where something is copied from or to. */
export type ContainerPlace =
  | { readonly kind: 'host'; /** Absolute; a separator at its end is kept. */ readonly path: string }
  | { readonly kind: 'guest'; readonly container: string; /** Absolute; likewise. */ readonly path: string };

const IN_A_CONTAINER = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63}):(.*)$/s;
const ON_A_DRIVE = /^[A-Za-z]:(?:[\\/]|$)/;

/** Reads `NAME:PATH` or a path of this computer. A path of a container that does not begin with "/" begins at its root. */
export function parseContainerPlace(
  text: string,
  cwd: string,
  platform: NodeJS.Platform = process.platform,
): ContainerPlace {
  const match = platform === 'win32' && ON_A_DRIVE.test(text) ? null : IN_A_CONTAINER.exec(text);
  // A "/" before the colon makes it a path of this computer: "./a:b".
  if (match) return { kind: 'guest', container: match[1] ?? '', path: posix.join('/', match[2] ?? '') };
  const open = /[\\/]$/.test(text) && (text.endsWith('/') || sep === '\\');
  return { kind: 'host', path: resolve(cwd, text) + (open ? sep : '') };
}
