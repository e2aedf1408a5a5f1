import { AppError } from '../../base/errors.ts';
import type { ByteSource } from '../board-interface.ts';
import { isElf } from './elf.ts';

/** Linux, Documentation/arch/riscv/boot-image-header.rst. */
const HEADER_BYTES = 64;
const TEXT_OFFSET = 8;
const IMAGE_SIZE = 16;
const MAGIC2 = 0x38;
const RISCV_MAGIC2 = 0x0543_5352; // "RSC\x05"
const ARM64_MAGIC2 = 0x644d_5241; // "ARM\x64"

export interface KernelImage {
  readonly source: ByteSource;
  /** Distance from a 2 MiB boundary at which it wants to be. */
  readonly textOffset: number;
  /** Memory that it uses from its first byte on, more than the file: it has memory that begins as zeros. */
  readonly imageBytes: number;
}

/**
 * Looks at a kernel's header.
 * @throws AppError `invalid-input` when it is not a RISC-V Linux `Image`, and says what it is instead
 */
export function inspectKernel(source: ByteSource): KernelImage {
  const header = new Uint8Array(HEADER_BYTES);
  source.read(header.subarray(0, Math.min(HEADER_BYTES, source.sizeBytes)), 0);
  const view = new DataView(header.buffer);
  if (view.getUint32(MAGIC2, true) !== RISCV_MAGIC2) throw notAKernel(source, whatItIs(header, source));
  const textOffset = Number(view.getBigUint64(TEXT_OFFSET, true));
  const imageBytes = Math.max(Number(view.getBigUint64(IMAGE_SIZE, true)), source.sizeBytes);
  return { source, textOffset, imageBytes };
}

function notAKernel(source: ByteSource, what: string): AppError {
  return new AppError({
    code: 'invalid-input',
    doing: 'load the kernel',
    because: `it is not a RISC-V Linux kernel but ${what}`,
    hint: 'Give the uncompressed "Image" of a 64-bit RISC-V kernel; in Debian it is /boot/vmlinux-*-riscv64.',
    data: { sizeBytes: source.sizeBytes },
  });
}

/** First bytes by which the usual mistakes are known. */
const SIGNATURES: readonly (readonly [offset: number, bytes: readonly number[], what: string])[] = [
  [0, [0x1f, 0x8b], 'a gzip file: unpack it first'],
  [0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'an xz file: unpack it first'],
  [0, [0x28, 0xb5, 0x2f, 0xfd], 'a zstd file: unpack it first'],
  [0, [0x30, 0x37, 0x30, 0x37, 0x30, 0x31], 'a cpio archive, perhaps the initrd'],
  [0, [0x51, 0x46, 0x49, 0xfb], 'a qcow2 disk image'],
];

/** Machines of ELF and PE files that people have kernels for. */
const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  40: 'arm',
  62: 'x86-64',
  183: 'arm64',
  243: 'RISC-V',
};
const PE_MACHINES: Readonly<Record<number, string>> = {
  0x8664: 'x86-64',
  0x14c: 'x86',
  0xaa64: 'arm64',
  0x5064: 'RISC-V',
};
const PE_OFFSET = 0x3c;

function whatItIs(header: Uint8Array, source: ByteSource): string {
  if (source.sizeBytes < HEADER_BYTES) return `a file of ${source.sizeBytes} bytes`;
  const view = new DataView(header.buffer);
  for (const [offset, bytes, what] of SIGNATURES)
    if (bytes.every((byte, at) => header[offset + at] === byte)) return what;
  if (isElf(header)) return `an ELF file for ${ELF_MACHINES[view.getUint16(18, true)] ?? 'another processor'}`;
  if (view.getUint32(MAGIC2, true) === ARM64_MAGIC2) return 'a kernel for arm64';
  const pe = portableExecutable(source, view);
  if (pe) return pe;
  return header.every((byte) => byte === 0) ? 'empty at its beginning' : 'a file of another kind';
}

/** x86's bzImage begins as a Windows program does. */
function portableExecutable(source: ByteSource, view: DataView): string | null {
  const at = view.getUint32(PE_OFFSET, true);
  if (view.getUint16(0, true) !== 0x5a4d || at + 6 > source.sizeBytes) return null;
  const bytes = new Uint8Array(6);
  source.read(bytes, at);
  const machine = new DataView(bytes.buffer);
  if (machine.getUint32(0, true) !== 0x4550) return null;
  const name = PE_MACHINES[machine.getUint16(4, true)] ?? 'another processor';
  return `an EFI program or kernel for ${name}`;
}
