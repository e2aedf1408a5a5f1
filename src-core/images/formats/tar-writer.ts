import { assert } from '../../base/errors.ts';
import { joinBytes } from '../../base/join-bytes.ts';
import type { SpecialFile } from './tar.ts';

/** What a tar archive says about a file, before its content. */
export interface TarItem {
  /** Without a leading "./" or "/". */
  readonly path: string;
  readonly type: 'file' | 'hard-link' | 'symlink' | 'directory' | SpecialFile['kind'];
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
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number };
  /** Extended attributes, by name. */
  readonly attributes?: ReadonlyMap<string, Uint8Array>;
}

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const NEWLINE = 0x0a;
/** Larger files have their size in base 256, which GNU's and everybody's tar reads. */
const MOST_OCTAL_BYTES = 8 ** 11;
const FLAGS = {
  ...{ file: '0', 'hard-link': '1', symlink: '2', directory: '5' },
  ...{ character: '3', block: '4', fifo: '6' },
} as const;
/** GNU's way for names that do not fit, which every tar understands, BusyBox's too (it passes over pax headers). */
const LONG_NAME = { path: 'L', target: 'K' } as const;

/** The header blocks of an entry (POSIX ustar, GNU long names, pax for extended attributes). Owners are numbers: names would be those of the reader. */
export function tarHeader(item: TarItem): Uint8Array {
  const path = new TextEncoder().encode(item.type === 'directory' ? `${item.path}/` : item.path);
  const target = new TextEncoder().encode(item.target);
  const pieces = [
    ...(item.attributes && item.attributes.size > 0 ? attributeHeader(item.attributes) : []),
    ...(target.length > NAME_BYTES ? longName(LONG_NAME.target, target) : []),
    ...(path.length > NAME_BYTES ? longName(LONG_NAME.path, path) : []),
    block(FLAGS[item.type], path, target, item),
  ];
  return joinBytes(pieces);
}

/** What follows a content of that size. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** What follows the last entry. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK_BYTES);
}

type Numbers = Pick<TarItem, 'mode' | 'owner' | 'group' | 'modifiedAt' | 'sizeBytes' | 'device'>;

/** A pax header with a record "LENGTH KEY=VALUE\n" for each: LENGTH counts the whole record, itself included. */
function attributeHeader(attributes: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  const records = [...attributes].map(([name, value]) => {
    const key = new TextEncoder().encode(` SCHILY.xattr.${name}=`);
    const bytes = key.length + value.length + 1;
    const digits = String(bytes + String(bytes + String(bytes).length).length);
    return joinBytes([new TextEncoder().encode(digits), key, value, Uint8Array.of(NEWLINE)]);
  });
  const content = joinBytes(records);
  const numbers = { mode: 0o644, owner: 0, group: 0, modifiedAt: 0, sizeBytes: content.length };
  const head = block('x', new TextEncoder().encode('PaxHeaders/attributes'), new Uint8Array(0), numbers);
  return [head, content, tarPadding(content.length)];
}

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
  if (numbers.device) {
    octal(numbers.device.major, 329, 7);
    octal(numbers.device.minor, 337, 7);
  }
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
