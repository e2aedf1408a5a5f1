/** ELF-64 Object File Format: one header, a segment that is read and executed, perhaps one of zeros to write to. */
const ELF_HEADER_BYTES = 64;
const SEGMENT_HEADER_BYTES = 56;
const LOAD_ADDRESS = 0x10000;
const PAGE_BYTES = 0x1000;
const EM_RISCV = 243;
const PT_LOAD = 1;
const READ_EXECUTE = 5;
const READ_WRITE = 6;

/** Memory that reads as zeros at first. */
export interface Room {
  readonly address: number;
  readonly bytes: number;
}

/** An executable of a few instructions that need no library. @param words they, which may be anywhere in memory */
export function programFile(words: readonly number[], room?: Room): Uint8Array {
  const start = ELF_HEADER_BYTES + (room ? 2 : 1) * SEGMENT_HEADER_BYTES;
  const file = new Uint8Array(start + 4 * words.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, EM_RISCV, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, LOAD_ADDRESS + start, true);
  view.setUint32(32, ELF_HEADER_BYTES, true);
  view.setUint16(52, ELF_HEADER_BYTES, true);
  view.setUint16(54, SEGMENT_HEADER_BYTES, true);
  view.setUint16(56, room ? 2 : 1, true);
  segment(view, ELF_HEADER_BYTES, READ_EXECUTE, LOAD_ADDRESS, file.length, file.length);
  if (room) segment(view, ELF_HEADER_BYTES + SEGMENT_HEADER_BYTES, READ_WRITE, room.address, 0, room.bytes);
  for (const [at, word] of words.entries()) view.setUint32(start + 4 * at, word, true);
  return file;
}

function segment(view: DataView, at: number, flags: number, address: number, inFile: number, inMemory: number): void {
  view.setUint32(at, PT_LOAD, true);
  view.setUint32(at + 4, flags, true);
  view.setUint32(at + 16, address, true);
  view.setUint32(at + 24, address, true);
  view.setUint32(at + 32, inFile, true);
  view.setUint32(at + 40, inMemory, true);
  view.setUint32(at + 48, PAGE_BYTES, true);
}
