import { collect, corrupt, sourceOf } from './byte-source.ts';
import { detectCompression, type Compression, type Decompress } from './compression.ts';

/** A kernel is some tens of megabytes; more than this is not one. */
const MAX_KERNEL_BYTES = 256 * 1024 * 1024;

/** Kernel documentation, "Boot image header in RISC-V Linux". */
const HEADER_BYTES = 64;
const MAGIC_2 = 0x05435352; // "RSC\5" at 56

export interface RiscvImageHeader {
  /** Where the image wants to stand, from the start of memory, in bytes. */
  readonly textOffset: number;
  /** Memory that it needs there, in bytes, its zeroed data included. */
  readonly imageSize: number;
}

/** The header of a plain RISC-V `Image`, or undefined where these bytes are none. */
export function readRiscvImageHeader(bytes: Uint8Array): RiscvImageHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(56, true) !== MAGIC_2) return undefined;
  const textOffset = Number(view.getBigUint64(8, true));
  const imageSize = Number(view.getBigUint64(16, true));
  if (imageSize < bytes.length / 2 || imageSize > MAX_KERNEL_BYTES) return undefined;
  return { textOffset, imageSize };
}

/**
 * The plain `Image` of a RISC-V kernel, out of what distributions ship: the `Image` itself, compressed, or in an EFI
 * zboot wrapper.
 * @throws AppError 'corrupt' when it is no RISC-V kernel
 */
export async function extractRiscvImage(file: Uint8Array, decompress: Decompress, what: string): Promise<Uint8Array> {
  const { payload, compression } = zbootPayload(file, what) ?? { payload: file, compression: detectCompression(file) };
  const image =
    compression === 'none'
      ? payload
      : await collect(decompress(compression, sourceOf(payload), what), MAX_KERNEL_BYTES, what);
  if (readRiscvImageHeader(image) === undefined) throw corrupt(what, 'it is not a RISC-V Linux kernel');
  return image;
}

/** Linux, drivers/firmware/efi/libstub/zboot-header.S: "MZ", "zimg" at 4, offset, size, then the method's name at 24. */
function zbootPayload(file: Uint8Array, what: string): { payload: Uint8Array; compression: Compression } | undefined {
  if (String.fromCharCode(...file.subarray(0, 2), ...file.subarray(4, 8)) !== 'MZzimg') return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < HEADER_BYTES) throw corrupt(what, 'it ends early');
  const offset = view.getUint32(8, true);
  const size = view.getUint32(12, true);
  const method = /^[a-z0-9]*/.exec(String.fromCharCode(...file.subarray(24, 56)))?.[0] ?? '';
  if (offset + size > file.length) throw corrupt(what, 'it ends early');
  const known: Readonly<Record<string, Compression>> = { gzip: 'gzip', xzkern: 'xz', zstd: 'zstd', zstd22: 'zstd' };
  const compression = known[method];
  if (compression === undefined) throw corrupt(what, `its compression "${method}" is unknown`);
  return { payload: file.subarray(offset, offset + size), compression };
}
