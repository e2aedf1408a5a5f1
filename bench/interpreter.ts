/**
 * How fast the core interprets: guest instructions per second of processor time, for small programs of one kind each.
 *
 *     node bench/interpreter.ts
 */
import { RAM_BASE, TestMachine } from '../src-core/machine/core/testing/test-machine.ts';
import { assemble } from './interpreter/assembler.ts';
import { PROGRAMS, type Program } from './interpreter/programs.ts';

const SLICE = 250_000;
/** Until the host's compiler has replaced its first code by its best. */
const WARM_UP_SLICES = 200;
const MEASURED_SLICES = 600;
const RAM_BYTES = 8 << 20;

/** Millions of instructions per second of processor time. */
function measure({ lines }: Program): number {
  const machine = new TestMachine({ ramBytes: RAM_BYTES });
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

let product = 1;
for (const program of PROGRAMS) {
  const mips = measure(program);
  product *= mips;
  console.log(`${program.name.padEnd(16)}${mips.toFixed(0).padStart(6)} MIPS`);
}
console.log(`${'geometric mean'.padEnd(16)}${(product ** (1 / PROGRAMS.length)).toFixed(0).padStart(6)} MIPS`);
