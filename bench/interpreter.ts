/**
 * How fast the core interprets: guest instructions per second of processor time, for small programs of one kind each.
 *
 *     node bench/interpreter.ts
 */
import type { RegionOptions } from '../src-core/machine/jit/regions.ts';
import { RAM_BASE, TestMachine } from '../src-core/machine/core/testing/test-machine.ts';
import { assemble } from '../src-core/machine/core/testing/assembler.ts';
import { PROGRAMS, type Program } from './interpreter/programs.ts';

const SLICE = 250_000;
/** Until the host's compiler has replaced its first code by its best. */
const WARM_UP_SLICES = 200;
const MEASURED_SLICES = 600;
const RAM_BYTES = 8 << 20;

/** Millions of instructions per second of processor time. */
function measure({ lines }: Program, regions: RegionOptions | null): number {
  const machine = new TestMachine({ ramBytes: RAM_BYTES, regions });
  machine.write32(RAM_BASE, ...assemble(lines));
  machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  machine.core.writeRegister(0, 2, RAM_BASE + 0x10_0000n);
  machine.core.writeRegister(0, 3, RAM_BASE + 0x20_0000n);
  for (let slice = 0; slice < WARM_UP_SLICES; slice++) machine.core.run(0, SLICE);
  const before = machine.core.retired(0);
  const start = process.cpuUsage();
  for (let slice = 0; slice < MEASURED_SLICES; slice++) machine.core.run(0, SLICE);
  const { user, system } = process.cpuUsage(start);
  return Number(machine.core.retired(0) - before) / (user + system);
}

const KINDS = [null, {}];
const products = KINDS.map(() => 1);
const line = (name: string, mips: readonly number[]): void =>
  console.log(`${name.padEnd(16)}${mips.map((each) => each.toFixed(0).padStart(12)).join('')}`);

console.log(`${'MIPS'.padEnd(16)} interpreted  translated`);
for (const program of PROGRAMS) {
  const mips = KINDS.map((regions) => measure(program, regions));
  mips.forEach((each, index) => (products[index] = (products[index] ?? 1) * each));
  line(program.name, mips);
}
line(
  'geometric mean',
  products.map((product) => product ** (1 / PROGRAMS.length)),
);
