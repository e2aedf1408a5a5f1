import type { LayerFile } from '../../../src-core/contract/container-images.ts';

const TYPES: Record<LayerFile['kind'], string> = {
  file: '-',
  'hard-link': '-',
  directory: 'd',
  link: 'l',
  device: 'c',
  fifo: 'p',
  removed: ' ',
  emptied: ' ',
};

const SET_UID = 0o4000;
const SET_GID = 0o2000;
const STICKY = 0o1000;

/** "drwxr-xr-x", as ls has it. */
export function modeText({ kind, mode }: Pick<LayerFile, 'kind' | 'mode'>): string {
  const bit = (mask: number, letter: string) => ((mode & mask) === 0 ? '-' : letter);
  const last = (mask: number, special: number, letter: string) => {
    if ((mode & special) === 0) return bit(mask, 'x');
    return (mode & mask) === 0 ? letter.toUpperCase() : letter;
  };
  return [
    TYPES[kind],
    bit(0o400, 'r') + bit(0o200, 'w') + last(0o100, SET_UID, 's'),
    bit(0o040, 'r') + bit(0o020, 'w') + last(0o010, SET_GID, 's'),
    bit(0o004, 'r') + bit(0o002, 'w') + last(0o001, STICKY, 't'),
  ].join('');
}
