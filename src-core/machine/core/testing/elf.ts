/** What a test needs of an ELF64 file: where its segments go, and the addresses of symbols. */
export interface ElfImage {
  readonly entry: bigint;
  readonly segments: readonly { readonly address: bigint; readonly bytes: Uint8Array; readonly memoryBytes: number }[];
  symbol(name: string): bigint | undefined;
}

const PT_LOAD = 1;
const SHT_SYMTAB = 2;

export function parseElf(file: Uint8Array): ElfImage {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0) !== 0x7f454c46 || view.getUint8(4) !== 2) throw new Error('not an ELF64 file');
  const number = (at: number) => Number(view.getBigUint64(at, true));
  const programHeaders = number(32);
  const segments = Array.from({ length: view.getUint16(56, true) }, (_, index) => programHeaders + index * 56)
    .filter((at) => view.getUint32(at, true) === PT_LOAD)
    .map((at) => ({
      address: view.getBigUint64(at + 24, true),
      bytes: file.subarray(number(at + 8), number(at + 8) + number(at + 32)),
      memoryBytes: number(at + 40),
    }));
  return { entry: view.getBigUint64(24, true), segments, symbol: (name) => symbols(file, view).get(name) };
}

function symbols(file: Uint8Array, view: DataView): Map<string, bigint> {
  const number = (at: number) => Number(view.getBigUint64(at, true));
  const sections = number(40);
  const section = (index: number) => sections + index * 64;
  const found = new Map<string, bigint>();
  for (let index = 0; index < view.getUint16(60, true); index++) {
    const header = section(index);
    if (view.getUint32(header + 4, true) !== SHT_SYMTAB) continue;
    const names = number(section(view.getUint32(header + 40, true)) + 24);
    for (let at = number(header + 24); at < number(header + 24) + number(header + 32); at += 24) {
      const start = names + view.getUint32(at, true);
      found.set(Buffer.from(file.subarray(start, file.indexOf(0, start))).toString(), view.getBigUint64(at + 8, true));
    }
  }
  return found;
}
