import { Bytes } from './bytes.ts';

const FUNCTION = 0x60;
/** WebAssembly, "Binary Format", Modules: what they begin with, and their sections. */
export const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
export const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 };

export function section(into: Bytes, id: number, write: (contents: Bytes) => void): void {
  const contents = new Bytes();
  write(contents);
  into.byte(id);
  into.sized(contents);
}

export function signature(into: Bytes, takes: readonly number[], gives: number | null): void {
  into.byte(FUNCTION);
  into.unsigned(takes.length);
  into.code(...takes);
  if (gives === null) into.byte(0);
  else into.code(1, gives);
}
