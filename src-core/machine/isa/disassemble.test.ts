import { describe, expect, it } from 'vitest';
import { disassemble } from './disassemble.ts';
import { encode } from './encode.ts';
import { FORMATS, put, take } from './operands.ts';
import { INSTRUCTIONS, find } from './table.ts';

describe('the disassembler', () => {
  const PC = 0x8000_0000n;
  const lines: readonly (readonly [string, number])[] = [
    ['addi a0,a1,-5', encode('addi', { rd: 10, rs1: 11, imm: -5 })],
    ['lui s1,0x80000', encode('lui', { rd: 9, imm: 0x80000 })],
    ['ld ra,8(sp)', encode('ld', { rd: 1, rs1: 2, imm: 8 })],
    ['sd ra,-8(sp)', encode('sd', { rs2: 1, rs1: 2, imm: -8 })],
    ['beq a0,zero,0x7ffffffc', encode('beq', { rs1: 10, imm: -4 })],
    ['jal ra,0x80000800', encode('jal', { rd: 1, imm: 0x800 })],
    ['csrrw t0,mstatus,t1', encode('csrrw', { rd: 5, rs1: 6, csr: 0x300 })],
    ['csrrsi zero,0x7c0,3', encode('csrrsi', { imm: 3, csr: 0x7c0 })],
    ['fmadd.d fa0,fa1,fa2,fa3,rtz', encode('fmadd.d', { fd: 10, fs1: 11, fs2: 12, fs3: 13, rm: 1 })],
    ['fadd.s ft0,ft1,ft2', encode('fadd.s', { fd: 0, fs1: 1, fs2: 2, rm: 7 })],
    ['lr.w.aq a0,(a1)', encode('lr.w', { rd: 10, rs1: 11 }) | (2 << 25)],
    ['amoadd.d.aqrl a0,a2,(a1)', encode('amoadd.d', { rd: 10, rs1: 11, rs2: 12 }) | (3 << 25)],
    ['c.addi4spn a0,sp,16', encode('c.addi4spn', { rd: 10, imm: 16 })],
    ['c.slli a0,0x21', encode('c.slli', { rd: 10, imm: 33 })],
    ['c.j 0x80000010', encode('c.j', { imm: 16 })],
    ['ecall', encode('ecall')],
    ['.word 0xffffffff', 0xffff_ffff],
    ['.half 0x0', 0],
  ];

  it.each(lines)('writes %s', (text, bits) => {
    expect(disassemble(bits, PC)).toBe(text);
  });
});

describe('the layouts of operands', () => {
  it('put where they take, for every instruction', () => {
    for (const { name, format, mask } of INSTRUCTIONS) {
      for (const [operand, place] of Object.entries(FORMATS[format].operands)) {
        for (const value of [-2, 9, 12, 16, 32]) {
          const bits = put(value, place);
          expect(put(take(bits, place), place), `${operand} of ${name}`).toBe(bits);
          // Only a rounding mode may stand where the encoding fixes bits.
          if (operand !== 'rm') expect(bits & mask & ~put(-1, place), name).toBe(0);
        }
      }
    }
  });

  it('do not overlap what tells instructions apart', () => {
    for (const { name, format, mask } of INSTRUCTIONS) {
      for (const [operand, place] of Object.entries(FORMATS[format].operands)) {
        const covered = put(-1 + place.base, place);
        const mayBeFixed = operand === 'rm' || ['c.jalr', 'c.jr', 'c.add', 'c.mv'].includes(name);
        if (!mayBeFixed) expect(covered & mask, `${operand} of ${name}`).toBe(0);
      }
    }
  });
});

describe('encoding', () => {
  it('gives back the instruction it was asked for', () => {
    for (const { name, format } of INSTRUCTIONS) {
      if (/^c\.(addi16sp|lui|jr|mv|jalr|add|ebreak)$/.test(name)) continue;
      const operands = Object.keys(FORMATS[format].operands).map((operand) => [operand, 9]);
      expect(find(encode(name, Object.fromEntries(operands) as Record<string, number>))?.name).toBe(name);
    }
  });

  it('refuses what is not there', () => {
    expect(() => encode('nonsense')).toThrow('no instruction is called nonsense');
    expect(() => encode('add', { imm: 1 })).toThrow('add has no imm');
  });
});
