import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../isa/generator/operations.ts';
import { OP } from '../wasm/opcodes.ts';
import { regionModule } from './module.ts';
import type { Operation } from './operation.ts';

const operation = (name: string, fields: Partial<Operation>): Operation => ({
  ...{ address: 0x1000, rd: 80, rs1: 88, rs2: 96, imm: 0, rounding: 0, rs3: 0, at: 0, retiredBefore: 0 },
  ...fields,
  number: OPERATIONS.indexOf(name),
});

/** A region that loads alone and together, stores, branches and jumps. */
const module = regionModule(
  [
    {
      ...{ table: 0x10_0000, offset: 0, joins: null },
      operations: [
        operation('ld', { rd: 104, imm: 8 }),
        operation('ld', { imm: 16 }),
        operation('sw', {}),
        operation('lw', { rs1: 112 }),
        operation('beq', { imm: 0 }),
        operation('jalr', {}),
      ],
    },
  ],
  { ...{ hart: 0x4000, registers: 8, sink: 256, fuses: false, fences: false, place: 1 }, alone: new Set() },
);

/** Reads unsigned LEB128. */
function reader(bytes: Uint8Array): { at: number; next(): number } {
  return {
    at: 0,
    next() {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[this.at++] ?? 0;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value >>> 0;
      }
    },
  };
}

/** The bytes of the only function in a code section, from its locals on. */
function functionIn(code: Uint8Array): Uint8Array {
  const from = reader(code);
  expect(from.next()).toBe(1);
  const bytes = from.next();
  return code.subarray(from.at, from.at + bytes);
}

/** Contents of the module's code section. */
function codeSection(): Uint8Array {
  const from = reader(module);
  for (from.at = 8; from.at < module.length;) {
    const [id, bytes] = [from.next(), from.next()];
    if (id === 10) return module.subarray(from.at, from.at + bytes);
    from.at += bytes;
  }
  throw new Error('the module has no code');
}

describe('a region’s module', () => {
  it('is valid', () => {
    expect(WebAssembly.validate(module)).toBe(true);
  });

  it('says of its conditional branches which way they usually go: "Branch Hinting", Binary Format', () => {
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(module), 'metadata.code.branch_hint');
    const hints = reader(new Uint8Array(section ?? new ArrayBuffer()));
    const code = functionIn(codeSection());
    const functions = hints.next();
    const index = hints.next();
    expect([functions, index]).toEqual([1, WebAssembly.Module.imports(new WebAssembly.Module(module)).length - 1]);
    const seen = Array.from({ length: hints.next() }, () => {
      const [at, size, likely] = [hints.next(), hints.next(), hints.next()];
      return { opcode: code[at], at, size, likely };
    });
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).sort((one, other) => one - other));
    for (const { opcode, size, likely } of seen) {
      expect([OP.if, OP.brIf]).toContain(opcode);
      expect(size).toBe(1);
      expect(likely).toBe(opcode === OP.brIf ? 0 : likely);
    }
  });
});
