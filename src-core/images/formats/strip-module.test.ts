import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged, failureOf, FUZZ } from '../testing/hostile.ts';
import { elfSection } from './elf.ts';
import { stripModule } from './strip-module.ts';

const NAMES = '\0.L1\0.L2\0init\0printk\0';
const SECTION_NAMES = '\0.text\0.rela.text\0.symtab\0.strtab\0.shstrtab\0.modinfo\0';

interface Symbol {
  readonly name: number;
  readonly global: boolean;
  readonly value: number;
}

const at = (name: string): number => NAMES.indexOf(`\0${name}\0`) + 1;
const label = (name: string, value: number): Symbol => ({ name: at(name), global: false, value });
const SYMBOLS: readonly Symbol[] = [
  { name: 0, global: false, value: 0 },
  label('.L1', 1),
  label('.L2', 2),
  label('init', 3),
  { name: at('printk'), global: true, value: 0 },
];

/** What `ld -r` would make of it: code, relocations by .L2 and printk, five symbols, and a signature behind. */
function moduleFile(): Uint8Array {
  const symtab = Buffer.concat(
    SYMBOLS.map(({ name, global, value }) => {
      const symbol = Buffer.alloc(24);
      symbol.writeUInt32LE(name, 0);
      symbol[4] = global ? 0x10 : 0;
      symbol.writeBigUInt64LE(BigInt(value), 8);
      return symbol;
    }),
  );
  const rela = Buffer.concat(
    [2, 4].map((symbol) => {
      const entry = Buffer.alloc(24);
      entry.writeBigUInt64LE(BigInt(symbol) * 2n ** 32n + 19n, 8);
      return entry;
    }),
  );
  const sections = [
    { name: '', type: 0, bytes: Buffer.alloc(0) },
    { name: '.text', type: 1, bytes: Buffer.from('12345678'), alignment: 4 },
    { name: '.rela.text', type: 4, bytes: rela, link: 3, alignment: 8 },
    { name: '.symtab', type: 2, bytes: symtab, link: 4, info: 4, alignment: 8 },
    { name: '.strtab', type: 3, bytes: Buffer.from(NAMES) },
    { name: '.shstrtab', type: 3, bytes: Buffer.from(SECTION_NAMES) },
    { name: '.modinfo', type: 1, bytes: Buffer.from('depends=\0') },
  ];
  const contents = Buffer.concat(sections.map(({ bytes }) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)])));
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeBigUInt64LE(BigInt(64 + contents.length), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(sections.length, 60);
  header.writeUInt16LE(5, 62);
  let offset = 64;
  const headers = sections.map(({ name, type, bytes, link = 0, info = 0, alignment = 1 }) => {
    const section = Buffer.alloc(64);
    section.writeUInt32LE(SECTION_NAMES.indexOf(`\0${name}\0`) + 1, 0);
    section.writeUInt32LE(type, 4);
    section.writeBigUInt64LE(BigInt(offset), 24);
    section.writeBigUInt64LE(BigInt(bytes.length), 32);
    section.writeUInt32LE(link, 40);
    section.writeUInt32LE(info, 44);
    section.writeBigUInt64LE(BigInt(alignment), 48);
    offset += bytes.length + (-bytes.length & 7);
    return section;
  });
  return Buffer.concat([header, contents, ...headers, Buffer.from('~Module signature appended~\n')]);
}

function symbolsOf(module: Uint8Array): number[] {
  const symtab = Buffer.from(elfSection(module, '.symtab', 'm') ?? []);
  return Array.from({ length: symtab.length / 24 }, (_, index) => symtab.readUInt32LE(index * 24));
}

test('drops the labels that nothing refers to, and what refers to the others still does', () => {
  const stripped = stripModule(moduleFile(), 'm');
  expect(symbolsOf(stripped)).toEqual([0, at('.L2'), at('init'), at('printk')]);
  const rela = Buffer.from(elfSection(stripped, '.rela.text', 'm') ?? []);
  expect([rela.readUInt32LE(8), rela.readUInt32LE(12), rela.readUInt32LE(24 + 12)]).toEqual([19, 1, 3]);
});

test('leaves everything else as it was, without the signature', () => {
  const stripped = stripModule(moduleFile(), 'm');
  for (const name of ['.text', '.strtab', '.modinfo']) {
    expect(elfSection(stripped, name, 'm')).toEqual(Uint8Array.from(elfSection(moduleFile(), name, 'm') ?? []));
  }
  expect(Buffer.from(stripped).includes('~Module signature')).toBe(false);
});

test('says how many of the symbols are local, which come first', () => {
  const stripped = Buffer.from(stripModule(moduleFile(), 'm'));
  const symtabHeader = Number(stripped.readBigUInt64LE(40)) + 3 * 64;
  expect(stripped.readUInt32LE(symtabHeader + 44)).toBe(3);
});

test('ends every damaged module with nothing worse than "corrupt"', async () => {
  const property = fc.asyncProperty(damaged(moduleFile()), async (bytes) => {
    expect(['none', 'corrupt']).toContain(await failureOf(() => stripModule(bytes, 'm')));
  });
  await fc.assert(property, FUZZ);
});
