import { encode } from '../../isa/encode.ts';
import type { OperandName } from '../../isa/operands.ts';
import { csrNumber } from '../../isa/registers.ts';
import { RunExit } from '../../core-interface.ts';
import { RAM_BASE, TestMachine, type TestOptions } from './test-machine.ts';

export type Step = readonly [name: string, operands?: Readonly<Partial<Record<OperandName, number>>>];

/** The bits of a few instructions, 4 bytes each. */
export function assemble(...steps: readonly Step[]): number[] {
  return steps.map(([name, operands]) => encode(name, operands));
}

export const csrw = (csr: string | number, rs1: number): Step => [
  'csrrw',
  { rs1, csr: typeof csr === 'string' ? csrNumber(csr) : csr },
];

export const csrr = (rd: number, csr: string | number): Step => [
  'csrrs',
  { rd, csr: typeof csr === 'string' ? csrNumber(csr) : csr },
];

/** Where a program's trap handler stands: it waits for an interrupt for ever, which ends the run. */
export const HANDLER = RAM_BASE + 0x10_000n;
/** A place for data, far from code. */
export const DATA = RAM_BASE + 0x20_000n;

export interface Setup extends TestOptions {
  readonly at?: bigint;
  readonly x?: Readonly<Record<number, bigint>>;
  readonly f?: Readonly<Record<number, bigint>>;
  readonly csrs?: Readonly<Record<string, bigint>>;
}

/** A machine whose hart 0 stands before the steps, followed by a WFI. Traps to M-mode and S-mode end at HANDLER. */
export function prepare(steps: readonly Step[], setup: Setup = {}): TestMachine {
  const machine = new TestMachine(setup);
  const at = setup.at ?? RAM_BASE;
  machine.write32(at, ...assemble(...steps, ['wfi']));
  machine.write32(HANDLER, ...assemble(['wfi'], ['jal', { imm: -4 }]));
  machine.core.startHart(0, at, 0n, 0n, 0n);
  for (const name of ['mtvec', 'stvec']) machine.core.writeCsr(0, csrNumber(name), HANDLER);
  for (const [name, value] of Object.entries(setup.csrs ?? {})) machine.core.writeCsr(0, csrNumber(name), value);
  for (const [number, value] of Object.entries(setup.x ?? {})) machine.core.writeRegister(0, Number(number), value);
  for (const [number, value] of Object.entries(setup.f ?? {}))
    machine.core.writeRegister(0, 32 + Number(number), value);
  return machine;
}

/** Runs until the hart waits. @throws when it does not */
export function finish(machine: TestMachine, budget = 100_000): TestMachine {
  const exit = machine.core.run(0, budget);
  if (exit !== RunExit.idle) throw new Error(`left with ${exit} at ${machine.pc().toString(16)}`);
  return machine;
}

/** Runs the steps to their end. */
export function execute(steps: readonly Step[], setup: Setup = {}): TestMachine {
  return finish(prepare(steps, setup));
}

/** The trap that ended a run in M-mode: cause, value and where it happened; undefined when there was none. */
export function machineTrap(machine: TestMachine): { cause: bigint; value: bigint; pc: bigint } | undefined {
  if (machine.pc() !== HANDLER + 4n) return undefined;
  return { cause: machine.csr(0x342), value: machine.csr(0x343), pc: machine.csr(0x341) };
}
