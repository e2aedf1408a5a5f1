import { expect, test } from 'vitest';
import { disassemble } from '../machine/isa/disassemble.ts';
import { reseedProgram, RESEED_WORDS } from './reseed-program.ts';

test('the words of the program are the instructions that its comment names', () => {
  const text = RESEED_WORDS.slice(0, -3).map((word, at) => disassemble(word, BigInt(4 * at)));
  expect(text).toEqual([
    ...['addi sp,sp,-1024', 'addi a7,zero,63', 'addi a0,zero,0', 'addi a1,sp,0', 'addi a2,zero,1024', 'ecall'],
    ...['addi a7,zero,56', 'addi a0,zero,-100', 'auipc a1,0x0', 'addi a1,a1,76', 'addi a2,zero,1', 'ecall'],
    ...['addi s0,a0,0', 'blt a0,zero,0x60'],
    ...['addi a7,zero,29', 'lui a1,0x40085', 'addi a1,a1,515', 'addi a2,sp,0', 'ecall', 'bne a0,zero,0x60'],
    ...['addi a0,s0,0', 'lui a1,0x5', 'addi a1,a1,519', 'ecall'],
    ...['sub a0,zero,a0', 'addi a7,zero,93', 'ecall'],
  ]);
  expect(new TextDecoder().decode(Uint32Array.from(RESEED_WORDS.slice(-3)))).toBe('/dev/random\0');
  // What auipc and the branches aim at.
  expect(RESEED_WORDS.slice(0, -3).length * 4).toBe(8 * 4 + 76);
});

test('the program is one segment that begins with the file', () => {
  const program = reseedProgram();
  const view = new DataView(program.buffer);
  expect(view.getBigUint64(24, true)).toBe(0x1_0000n + 64n + 56n);
  expect(view.getBigUint64(64 + 32, true)).toBe(BigInt(program.length));
});
