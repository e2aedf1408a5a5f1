import { expect, test } from 'vitest';
import { disassemble } from '../machine/isa/disassemble.ts';
import { SYSCALL_ROOM, SYSCALL_WORDS, syscallProgram } from './syscall-program.ts';

const text = SYSCALL_WORDS.map((word, at) => disassemble(word, BigInt(4 * at)));

test('the program reads its list from the file that it is given, else from its standard input', () => {
  expect(text.slice(0, 13)).toEqual([
    ...['addi s7,zero,0', 'ld t0,0(sp)', 'addi t1,zero,2', 'bltu t0,t1,0x34', 'addi a0,zero,-100', 'ld a1,16(sp)'],
    ...['lui a2,0x80', 'addiw a2,a2,2', 'addi a3,zero,0', 'addi a7,zero,56', 'ecall'],
    ...[expect.stringMatching(/^bge zero,a0,0x/), 'addi s7,a0,0'],
  ]);
  expect(text[13]).toBe(`lui s0,0x${(SYSCALL_ROOM.address / 4096).toString(16)}`);
});

test('it makes each call with six arguments, which may be results of calls before', () => {
  const calls = text.filter((line) => line === 'ecall');
  // Opening and reading the list, the calls of it, answering on standard output and in the file, waiting, ending.
  expect(calls).toHaveLength(7);
  for (const argument of [0, 1, 2, 3, 4, 5]) {
    const at = text.indexOf(`ld a${argument},${8 + 8 * argument}(s4)`);
    expect(text.slice(at + 1, at + 5)).toEqual([
      ...['andi t0,t1,1', 'srli t1,t1,0x1', expect.stringMatching(/^beq t0,zero,/), `ld a${argument},0(a${argument})`],
    ]);
  }
});

test('every branch leads into the program', () => {
  const targets = text.flatMap((line) => /^(?:b\w+|jal) .*,0x([0-9a-f]+)$/.exec(line)?.[1] ?? []);
  expect(targets.length).toBeGreaterThan(20);
  for (const target of targets) expect(parseInt(target, 16)).toBeLessThan(4 * SYSCALL_WORDS.length);
});

test('the file has a segment of code and one of zeros', () => {
  const view = new DataView(syscallProgram().buffer);
  expect(view.getUint16(56, true)).toBe(2);
  expect(view.getBigUint64(64 + 56 + 16, true)).toBe(BigInt(SYSCALL_ROOM.address));
  expect(view.getBigUint64(64 + 56 + 40, true)).toBe(BigInt(SYSCALL_ROOM.bytes));
});
