import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunExit } from '../../../core-interface.ts';
import type { RegionOptions } from '../../../jit/regions.ts';
import { RAM_BASE, TestMachine } from '../test-machine.ts';
import { type Batch, ramOf } from './batch.ts';
import { recordsOf } from './compare.ts';
import { COUNTED } from './handlers.ts';
import { CONTROL, PLACE, RAM_BYTES } from './layout.ts';

const QEMU = 'qemu-system-riscv64';
const SLICE = 1_000_000;
const LONGEST_MS = 240_000;

/** What a machine leaves: its memory, and for ours about how many instructions of streams that took. */
export interface Outcome {
  readonly ram: Uint8Array;
  readonly instructions: number;
}

export function hasQemu(): boolean {
  return spawnSync(QEMU, ['--version'], { stdio: 'ignore' }).status === 0;
}

const isDone = (ram: Uint8Array): boolean => ram[PLACE.control - PLACE.program + CONTROL.done] === 1;

function streamInstructions(machine: TestMachine): number {
  const { machine: traps, supervisor } = recordsOf(machine.ram);
  return Number(machine.read64(BigInt(PLACE.counts + 8))) - traps * COUNTED.machine - supervisor * COUNTED.supervisor;
}

/** Runs a batch in our core. @throws when it does not come to its end */
export function runOurs(batch: Batch, regions: RegionOptions | null): Outcome {
  const machine = new TestMachine({ ramBytes: RAM_BYTES, regions });
  machine.ram.set(batch.image);
  machine.core.startHart(0, RAM_BASE, 0n, 0n, 0n);
  const until = performance.now() + LONGEST_MS;
  const { ram, core } = machine;
  while (!isDone(ram) && performance.now() < until) if (core.run(0, SLICE) === RunExit.fatal) break;
  if (!isDone(ram)) throw new Error(`our machine stands at ${machine.pc().toString(16)} and is not at its end`);
  return { ram: ram.slice(0, PLACE.end - PLACE.program), instructions: streamInstructions(machine) };
}

/** Runs a batch in QEMU, whose RAM is a file. @throws when it does not come to its end */
export function runQemu(batch: Batch): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'inn-streams-'));
  const file = join(folder, 'ram');
  try {
    writeFileSync(file, ramOf(batch));
    const args = [
      ...['-machine', 'virt,memory-backend=ram', '-cpu', 'rv64', '-m', `${RAM_BYTES / 2 ** 20}`, '-bios', 'none'],
      ...['-object', `memory-backend-file,id=ram,size=${RAM_BYTES},mem-path=${file},share=on`],
      // As if there were to be several harts: or QEMU makes a load and a store of an atomic operation, and names their faults.
      ...['-smp', '1,maxcpus=2', '-display', 'none', '-monitor', 'none', '-serial', 'none', '-parallel', 'none'],
    ];
    const { status, stderr } = spawnSync(QEMU, args, { timeout: LONGEST_MS, encoding: 'utf8' });
    const ram = new Uint8Array(readFileSync(file));
    if (status !== 0 || !isDone(ram)) throw new Error(`QEMU did not come to its end: status ${status} ${stderr}`);
    return { ram: ram.slice(0, PLACE.end - PLACE.program), instructions: NaN };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
