import type { ByteSource } from '../../board-interface.ts';

export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: (into, offset) => {
      if (offset + into.length > bytes.length) throw new RangeError('read behind the end');
      into.set(bytes.subarray(offset, offset + into.length));
    },
  };
}

export interface KernelFields {
  readonly fileBytes?: number;
  readonly textOffset?: number;
  readonly imageBytes?: number;
}

/** Bytes with the header of a RISC-V Linux image, each of the others telling where it is. */
export function kernelBytes({
  fileBytes = 4096,
  textOffset = 0x20_0000,
  imageBytes = 8192,
}: KernelFields = {}): Uint8Array {
  const bytes = Uint8Array.from({ length: fileBytes }, (_, at) => at & 0xff);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, BigInt(textOffset), true);
  view.setBigUint64(16, BigInt(imageBytes), true);
  view.setUint32(0x38, 0x0543_5352, true);
  return bytes;
}

interface ElfFields {
  readonly machine?: number;
  readonly address?: number;
  readonly entry?: number;
  readonly memoryBytes?: number;
}

/** An ELF file with one segment to load. */
export function elfBytes(code: Uint8Array, fields: ElfFields = {}): Uint8Array {
  const { machine = 243, address = 0x8000_0000, entry = address, memoryBytes = code.length } = fields;
  const bytes = new Uint8Array(120 + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, machine, true);
  view.setBigUint64(24, BigInt(entry), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true);
  view.setBigUint64(64 + 8, 120n, true);
  view.setBigUint64(64 + 24, BigInt(address), true);
  view.setBigUint64(64 + 32, BigInt(code.length), true);
  view.setBigUint64(64 + 40, BigInt(memoryBytes), true);
  bytes.set(code, 120);
  return bytes;
}
