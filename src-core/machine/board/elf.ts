import { AppError } from '../../base/errors.ts';
import type { ByteSource } from '../board-interface.ts';

/** ELF-64 Object File Format 1.5, "ELF Header" and "Program Header". */
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const RISCV = 243;
const LOAD = 1;
const MOST_SEGMENTS = 128;

export interface ElfSegment {
  readonly fileOffset: number;
  readonly fileBytes: number;
  /** Guest physical address. */
  readonly address: number;
  /** In memory; what exceeds `fileBytes` is zero. */
  readonly memoryBytes: number;
}

export interface ElfImage {
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
}

export function isElf(header: Uint8Array): boolean {
  return header[0] === 0x7f && header[1] === 0x45 && header[2] === 0x4c && header[3] === 0x46;
}

/** @throws AppError `invalid-input` when it is for another processor, `corrupt` when it contradicts itself */
export function readElf(source: ByteSource): ElfImage {
  const header = read(source, 0, HEADER_BYTES);
  const suits =
    header.getUint8(4) === CLASS_64 && header.getUint8(5) === LITTLE_ENDIAN && header.getUint16(18, true) === RISCV;
  if (!suits) throw failure('invalid-input', 'it is an ELF file for another processor than 64-bit RISC-V');
  const at = number64(header, 32);
  const count = header.getUint16(56, true);
  if (header.getUint16(54, true) !== PROGRAM_HEADER_BYTES || count > MOST_SEGMENTS)
    throw failure('corrupt', 'its ELF program headers are damaged');
  const segments: ElfSegment[] = [];
  for (let index = 0; index < count; index++) {
    const program = read(source, at + index * PROGRAM_HEADER_BYTES, PROGRAM_HEADER_BYTES);
    if (program.getUint32(0, true) === LOAD) segments.push(segment(source, program));
  }
  if (segments.length === 0) throw failure('invalid-input', 'it is an ELF file with nothing to load');
  return { entry: number64(header, 24), segments };
}

function segment(source: ByteSource, program: DataView): ElfSegment {
  const result = {
    fileOffset: number64(program, 8),
    address: number64(program, 24),
    fileBytes: number64(program, 32),
    memoryBytes: number64(program, 40),
  };
  if (result.fileBytes > result.memoryBytes || result.fileOffset + result.fileBytes > source.sizeBytes)
    throw failure('corrupt', 'its ELF segments reach beyond the file');
  return result;
}

function read(source: ByteSource, offset: number, length: number): DataView {
  if (offset + length > source.sizeBytes) throw failure('corrupt', 'the ELF file is cut off');
  const bytes = new Uint8Array(length);
  source.read(bytes, offset);
  return new DataView(bytes.buffer);
}

function number64(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function failure(code: 'invalid-input' | 'corrupt', because: string): AppError {
  return new AppError({ code, doing: 'load the firmware', because });
}
