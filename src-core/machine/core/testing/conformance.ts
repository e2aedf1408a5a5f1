import { readdirSync, statSync } from 'node:fs';
import { RunExit } from '../../core-interface.ts';
import { parseElf } from './elf.ts';
import { RAM_BASE, TestMachine, fileBytes } from './test-machine.ts';

/**
 * Runs the RISC-V project's riscv-tests, already built: each is an ELF file that writes 1 to `tohost` when it passed and
 * a number with bit 0 set, twice the failed case plus one, when it did not.
 */
const SLICE = 100_000;
const MAX_INSTRUCTIONS = 20_000_000;
const TICKS_PER_SLICE = 1000;

export interface TestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

export function runConformanceTest(path: string): TestResult {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const elf = parseElf(fileBytes(path));
  const machine = new TestMachine({ ramBytes: 16 << 20 });
  for (const segment of elf.segments) machine.ram.set(segment.bytes, Number(segment.address - RAM_BASE));
  const tohost = elf.symbol('tohost');
  if (tohost === undefined) return { name, passed: false, detail: 'no symbol tohost' };
  machine.core.startHart(0, elf.entry, 0n, 0n, 0n);
  for (let done = 0; done < MAX_INSTRUCTIONS; done += SLICE) {
    const exit = machine.core.run(0, SLICE);
    machine.host.ticks += TICKS_PER_SLICE;
    const value = machine.read64(tohost);
    if (value === 1n) return { name, passed: true, detail: `${machine.core.retired(0)} instructions` };
    if (value !== 0n) return { name, passed: false, detail: `case ${value >> 1n}` };
    if (exit === RunExit.fatal)
      return {
        name,
        passed: false,
        detail: `fatal, cause ${machine.core.fatalCause(0)} at ${machine.pc().toString(16)}`,
      };
  }
  return { name, passed: false, detail: `no end, pc ${machine.pc().toString(16)}` };
}

/** The ELF files of a folder, in order of their names. */
export function conformanceTests(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^rv64\w+-(p|v)-[\w.-]+$/.test(name) && !name.endsWith('.dump'))
    .map((name) => `${folder}/${name}`)
    .filter((path) => statSync(path).isFile())
    .sort();
}
