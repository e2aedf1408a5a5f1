/** Type bits of a mode. inode(7). */
export const FILE_TYPE = {
  mask: 0o170000,
  link: 0o120000,
  file: 0o100000,
  block: 0o060000,
  directory: 0o040000,
  character: 0o020000,
  fifo: 0o010000,
} as const;

export const PERMISSIONS = 0o7777;

export function typeOf({ mode }: { readonly mode: number }): number {
  return mode & FILE_TYPE.mask;
}

/** A character device with the numbers 0:0 says to overlayfs that what is below it is gone. */
export function isWhiteout({ mode, device }: { readonly mode: number; readonly device: number }): boolean {
  return typeOf({ mode }) === FILE_TYPE.character && device === 0;
}

/** That of overlayfs: nothing of the same directory in layers below is seen. */
export const OPAQUE = 'trusted.overlay.opaque';
