/** A little-endian ELF64 file with the given sections, in their order. */
export function elfOf(sections: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = ['', ...Object.keys(sections), '.shstrtab'];
  const table = Buffer.from(names.map((name) => `${name}\0`).join(''));
  const contents = [new Uint8Array(0), ...Object.values(sections), table];
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  const headers: Buffer[] = [];
  let at = 64;
  for (const [index, content] of contents.entries()) {
    const section = Buffer.alloc(64);
    section.writeUInt32LE(table.indexOf(`${names[index] ?? ''}\0`), 0);
    section.writeBigUInt64LE(BigInt(at), 24);
    section.writeBigUInt64LE(BigInt(content.length), 32);
    headers.push(section);
    at += content.length;
  }
  header.writeBigUInt64LE(BigInt(at), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(contents.length, 60);
  header.writeUInt16LE(contents.length - 1, 62);
  return Buffer.concat([header, ...contents, ...headers]);
}

/** A kernel module: what counts here is its .modinfo. */
export function moduleOf(...entries: readonly string[]): Uint8Array {
  return elfOf({
    '.text': Buffer.from('code'),
    '.modinfo': Buffer.from(entries.map((entry) => `${entry}\0`).join('')),
  });
}

/** A program or library that needs others. */
export function programOf(needed: readonly string[], interpreter?: string): Uint8Array {
  const strings = Buffer.from(`\0${needed.map((name) => `${name}\0`).join('')}`);
  const dynamic = Buffer.alloc((needed.length + 1) * 16);
  for (const [index, name] of needed.entries()) {
    dynamic.writeBigUInt64LE(1n, index * 16);
    dynamic.writeBigUInt64LE(BigInt(strings.indexOf(`\0${name}\0`) + 1), index * 16 + 8);
  }
  const sections = { '.dynamic': dynamic, '.dynstr': strings };
  return elfOf(interpreter === undefined ? sections : { '.interp': Buffer.from(`${interpreter}\0`), ...sections });
}

/** The header of a RISC-V `Image`, and some code. */
export function riscvImageOf(bytes = 4096): Uint8Array {
  const image = Buffer.alloc(bytes, 0x13);
  image.writeBigUInt64LE(0x20_0000n, 8);
  image.writeBigUInt64LE(BigInt(bytes + 1000), 16);
  image.write('RISCV\0\0\0RSC\x05', 48, 'latin1');
  return image;
}
