import { AppError } from '../../base/errors.ts';
import { inspectKernel } from '../../machine/board/payload.ts';
import { detectCompression, type Compression } from '../formats/compression.ts';
import { viewOf } from './blocks.ts';

/** Makes at most `mostBytes` of compressed ones; throws whatever it likes when they are damaged or more. */
export type Unpack = (packed: Uint8Array, mostBytes: number) => Uint8Array;
export type Unpackers = Partial<Record<Exclude<Compression, 'none'>, Unpack>>;

/** A kernel, and what an EFI program has around it. */
export interface UnpackedKernel {
  /** A plain RISC-V `Image`. */
  readonly image: Uint8Array;
  /** Of a unified kernel image; null otherwise. */
  readonly initrd: Uint8Array | null;
  readonly commandLine: string | null;
}

const MOST_KERNEL_BYTES = 256 * 1024 * 1024;
const PE_RISCV64 = 0x5064;
const MOST_SECTIONS = 96;

/**
 * What boots out of what lies on disks as a kernel: an `Image` with or without its EFI stub, compressed as a whole, an EFI
 * program that unpacks itself (zboot), or a unified kernel image.
 * @throws AppError 'invalid-input' when it is none for this processor, 'not-supported', 'corrupt'
 */
export function unpackKernel(file: Uint8Array, unpackers: Unpackers): UnpackedKernel {
  const zboot = readZboot(file);
  if (zboot) return plain(unpack(zboot.payload, zboot.compression, unpackers));
  const compression = detectCompression(file);
  if (compression !== 'none') return plain(unpack(file, compression, unpackers));
  const sections = readSections(file);
  const linux = sections.get('.linux');
  if (!linux) return plain(file);
  const { image } = unpackKernel(linux, unpackers);
  const commandLine = new TextDecoder().decode(sections.get('.cmdline') ?? new Uint8Array(0));
  return { image, initrd: sections.get('.initrd') ?? null, commandLine: commandLine.replace(/\0+$/, '').trim() };
}

function plain(image: Uint8Array): UnpackedKernel {
  inspectKernel({
    sizeBytes: image.length,
    read: (into, offset) => into.set(image.subarray(offset, offset + into.length)),
  });
  return { image, initrd: null, commandLine: null };
}

function unpack(packed: Uint8Array, compression: Compression, unpackers: Unpackers): Uint8Array {
  if (compression === 'none') return packed;
  const unpacker = unpackers[compression];
  if (!unpacker) throw problem('not-supported', `it is compressed with ${compression}`);
  try {
    return unpacker(packed, MOST_KERNEL_BYTES);
  } catch (cause) {
    throw problem('corrupt', `its ${compression} data is damaged`, cause);
  }
}

/** Linux, drivers/firmware/efi/libstub/zboot-header.S: "MZ", "zimg" at 4, offset, size, then the method's name at 24. */
function readZboot(file: Uint8Array): { payload: Uint8Array; compression: Compression } | null {
  if (file.length < 64 || ascii(file, 0, 2) !== 'MZ' || ascii(file, 4, 8) !== 'zimg') return null;
  const view = viewOf(file);
  const offset = view.getUint32(8, true);
  const size = view.getUint32(12, true);
  const method = /^[a-z0-9]*/.exec(ascii(file, 24, 56))?.[0] ?? '';
  const known: Readonly<Record<string, Compression>> = { gzip: 'gzip', xzkern: 'xz', zstd: 'zstd', zstd22: 'zstd' };
  const compression = known[method];
  if (compression === undefined)
    throw problem('not-supported', `it is compressed with ${method || 'an unknown method'}`);
  if (offset + size > file.length) throw problem('corrupt', 'it ends early');
  return { payload: file.subarray(offset, offset + size), compression };
}

/** Sections of an EFI program for this processor (Microsoft, "PE Format"); none of anything else. */
function readSections(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>();
  if (file.length < 64 || ascii(file, 0, 2) !== 'MZ') return sections;
  const view = viewOf(file);
  const pe = view.getUint32(0x3c, true);
  if (pe + 24 > file.length || ascii(file, pe, pe + 4) !== 'PE\0\0') return sections;
  if (view.getUint16(pe + 4, true) !== PE_RISCV64) return sections;
  const count = Math.min(view.getUint16(pe + 6, true), MOST_SECTIONS);
  const table = pe + 24 + view.getUint16(pe + 20, true);
  for (let at = table; at < table + count * 40 && at + 40 <= file.length; at += 40) {
    const name = ascii(file, at, at + 8).replace(/\0.*$/s, '');
    const size = Math.min(view.getUint32(at + 8, true), view.getUint32(at + 16, true));
    const offset = view.getUint32(at + 20, true);
    if (offset + size <= file.length) sections.set(name, file.subarray(offset, offset + size));
  }
  return sections;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function problem(code: 'not-supported' | 'corrupt', because: string, cause?: unknown): AppError {
  return new AppError({ code, doing: 'unpack the kernel', because, ...(cause === undefined ? {} : { cause }) });
}
