import { describe, expect, it } from 'vitest';
import { encode } from '../isa/encode.ts';
import { RunExit } from '../core-interface.ts';
import { RAM_BASE, TestMachine } from './testing/test-machine.ts';
import { execute, finish, prepare, type Step } from './testing/program.ts';

const branches: readonly (readonly [string, (a: bigint, b: bigint) => boolean])[] = [
  ['beq', (a, b) => a === b],
  ['bne', (a, b) => a !== b],
  ['blt', (a, b) => BigInt.asIntN(64, a) < BigInt.asIntN(64, b)],
  ['bge', (a, b) => BigInt.asIntN(64, a) >= BigInt.asIntN(64, b)],
  ['bltu', (a, b) => a < b],
  ['bgeu', (a, b) => a >= b],
];
const operands = [0n, 1n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n];
/** Sets a0 unless the branch before skips it. */
const mark: Step = ['addi', { rd: 10, rs1: 0, imm: 1 }];

describe('conditional branches', () => {
  it.each(branches)('%s is taken when its condition holds', (name, taken) => {
    for (const a of operands) {
      for (const b of operands) {
        const machine = execute([[name, { rs1: 11, rs2: 12, imm: 8 }], mark], { x: { 11: a, 12: b } });
        expect(machine.x(10)).toBe(taken(a, b) ? 0n : 1n);
      }
    }
  });

  it.each(branches)('%s reaches into the next page and back', (name, taken) => {
    const at = RAM_BASE + 0xff0n;
    for (const a of operands) {
      const steps: Step[] = [[name, { rs1: 11, rs2: 12, imm: 0x20 }], mark];
      const machine = prepare(steps, { at, x: { 11: a, 12: 1n } });
      machine.write32(RAM_BASE + 0x1010n, encode('wfi'));
      finish(machine);
      expect(machine.pc()).toBe(taken(a, 1n) ? RAM_BASE + 0x1014n : RAM_BASE + 0xffcn);
    }
  });
});

describe('jumps', () => {
  it('jal links the next instruction', () => {
    const machine = execute([['jal', { rd: 1, imm: 8 }], mark]);
    expect(machine.x(1)).toBe(RAM_BASE + 4n);
    expect(machine.x(10)).toBe(0n);
  });

  it('jal goes to another page', () => {
    const machine = prepare([['jal', { rd: 1, imm: 0x3000 }]]);
    machine.write32(RAM_BASE + 0x3000n, encode('wfi'));
    finish(machine);
    expect([machine.x(1), machine.pc()]).toEqual([RAM_BASE + 4n, RAM_BASE + 0x3004n]);
  });

  it('jalr clears bit 0 and may overwrite its own base', () => {
    const machine = execute([['jalr', { rd: 11, rs1: 11, imm: 3 }], mark], { x: { 11: RAM_BASE + 6n } });
    expect([machine.x(11), machine.x(10)]).toEqual([RAM_BASE + 4n, 0n]);
  });

  it('a loop that never ends comes back when the budget is used up', () => {
    const machine = prepare([['jal', { rd: 0, imm: 0 }]]);
    expect(machine.core.run(0, 1000)).toBe(RunExit.budget);
    expect(machine.core.retired(0)).toBeGreaterThanOrEqual(1000n);
    expect(machine.core.retired(0)).toBeLessThan(1100n);
  });

  it('even a budget of one instruction makes progress', () => {
    const machine = prepare([mark, mark, mark]);
    for (let turn = 0; turn < 4; turn++) machine.core.run(0, 1);
    expect(machine.core.run(0, 1)).toBe(RunExit.idle);
  });
});

describe('instruction counting', () => {
  it('counts what is retired, also in blocks that are left early', () => {
    // Ten rounds of three instructions, with the exit in the middle of a block.
    const steps: Step[] = [
      ['addi', { rd: 5, rs1: 5, imm: 1 }],
      ['beq', { rs1: 5, rs2: 6, imm: 8 }],
      ['jal', { rd: 0, imm: -8 }],
    ];
    const machine = execute(steps, { x: { 6: 10n } });
    expect(machine.core.retired(0)).toBe(10n * 3n - 1n + 1n);
  });

  it('counts neither an exception nor the call that raises it', () => {
    const machine = execute([mark, ['ecall']]);
    // mark, then the WFI of the handler.
    expect(machine.core.retired(0)).toBe(2n);
  });
});

describe('an instruction that reaches into the next page', () => {
  const steps: Step[] = [
    ['addi', { rd: 10, rs1: 10, imm: 1 }],
    ['addi', { rd: 10, rs1: 10, imm: 2 }],
  ];

  it('is executed like any other', () => {
    const machine = execute(steps, { at: RAM_BASE + 0xffan });
    expect(machine.x(10)).toBe(3n);
  });

  it('can be a jump, a branch or a call', () => {
    const machine = new TestMachine();
    machine.write32(RAM_BASE + 0xffen, encode('jal', { rd: 1, imm: 0x102 }), encode('wfi'));
    machine.write32(RAM_BASE + 0x1100n, encode('jalr', { rd: 0, rs1: 1, imm: 0 }));
    machine.core.startHart(0, RAM_BASE + 0xffen, 0n, 0n, 0n);
    finish(machine);
    expect(machine.pc()).toBe(RAM_BASE + 0x1006n);
  });
});

describe('blocks', () => {
  it('run on past the length at which they are cut', () => {
    const steps = Array.from({ length: 500 }, (): Step => ['addi', { rd: 10, rs1: 10, imm: 1 }]);
    const machine = execute(steps);
    expect(machine.x(10)).toBe(500n);
    expect(machine.core.retired(0)).toBe(501n);
  });
});
