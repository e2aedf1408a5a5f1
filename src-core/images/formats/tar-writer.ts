import { assert } from '../../base/errors.ts';

/** What a tar archive says about a file, before its content. */
export interface TarItem {
  /** Without a leading "./" or "/". */
  readonly path: string;
  readonly type: 'file' | 'hard-link' | 'symlink' | 'directory';
  /** Permission bits. */
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** Of a file; 0 for all else. */
  readonly sizeBytes: number;
  /** Of a link. */
  readonly target: string;
}

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
/** Larger files have their size in base 256, which GNU's and everybody's tar reads. */
const MOST_OCTAL_BYTES = 8 ** 11;
const FLAGS = { file: '0', 'hard-link': '1', symlink: '2', directory: '5' } as const;
/** GNU's way for names that do not fit, which every tar understands, BusyBox's too (it passes over pax headers). */
const LONG_NAME = { path: 'L', target: 'K' } as const;

/** The header blocks of an entry (POSIX ustar, GNU long names). Owners are numbers: names would be those of the reader. */
export function tarHeader(item: TarItem): Uint8Array {
  const path = new TextEncoder().encode(item.type === 'directory' ? `${item.path}/` : item.path);
  const target = new TextEncoder().encode(item.target);
  const pieces = [
    ...(target.length > NAME_BYTES ? longName(LONG_NAME.target, target) : []),
    ...(path.length > NAME_BYTES ? longName(LONG_NAME.path, path) : []),
    block(FLAGS[item.type], path, target, item),
  ];
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** What follows a content of that size. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** What follows the last entry. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK_BYTES);
}

type Numbers = Pick<TarItem, 'mode' | 'owner' | 'group' | 'modifiedAt' | 'sizeBytes'>;

function longName(flag: string, name: Uint8Array): Uint8Array[] {
  const content = new Uint8Array(name.length + 1);
  content.set(name);
  const numbers = { mode: 0o644, owner: 0, group: 0, modifiedAt: 0, sizeBytes: content.length };
  const head = block(flag, new TextEncoder().encode('././@LongLink'), new Uint8Array(0), numbers);
  return [head, content, tarPadding(content.length)];
}

function block(flag: string, path: Uint8Array, target: Uint8Array, numbers: Numbers): Uint8Array {
  const header = new Uint8Array(BLOCK_BYTES);
  const text = (value: string, at: number): void => header.set(new TextEncoder().encode(value), at);
  const octal = (value: number, at: number, digits: number): void => {
    const written = value.toString(8).padStart(digits, '0');
    assert(written.length === digits, 'a number fits into its field of a tar header');
    text(written, at);
  };
  header.set(path.subarray(0, NAME_BYTES), 0);
  octal(numbers.mode, 100, 7);
  octal(numbers.owner, 108, 7);
  octal(numbers.group, 116, 7);
  if (numbers.sizeBytes < MOST_OCTAL_BYTES) octal(numbers.sizeBytes, 124, 11);
  else header.set(base256(numbers.sizeBytes), 124);
  octal(numbers.modifiedAt, 136, 11);
  text('        ', 148);
  text(flag, 156);
  header.set(target.subarray(0, NAME_BYTES), 157);
  text('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** Twelve bytes, of which the first says what they are. */
function base256(value: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setBigUint64(4, BigInt(value));
  return bytes;
}
