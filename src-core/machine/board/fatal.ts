import type { CoreExports } from '../core-interface.ts';
import type { GuestRam } from '../devices/guest-ram.ts';

const PC = 64;
const MODES: Readonly<Record<number, string>> = { 0: 'user', 1: 'supervisor', 3: 'machine' };

/** RISC-V privileged, "Machine Cause (mcause) Register": exceptions. */
const CAUSES: Readonly<Record<number, string>> = {
  0: 'instruction address misaligned',
  1: 'instruction access fault',
  2: 'illegal instruction',
  3: 'breakpoint',
  4: 'load address misaligned',
  5: 'load access fault',
  6: 'store address misaligned',
  7: 'store access fault',
  8: 'environment call from user mode',
  9: 'environment call from supervisor mode',
  11: 'environment call from machine mode',
  12: 'instruction page fault',
  13: 'load page fault',
  15: 'store page fault',
};

/** Why a hart cannot go on, as one sentence without its full stop. */
export function describeFatal(core: CoreExports, ram: GuestRam, hart: number): string {
  const cause = core.fatalCause(hart);
  const pc = BigInt.asUintN(64, core.readRegister(hart, PC));
  const mode = MODES[core.privilege(hart)] ?? 'unknown';
  const name = CAUSES[cause] ?? 'unknown trap';
  return `processor ${hart} stopped at 0x${pc.toString(16)} in ${mode} mode: ${name} (cause ${cause}) and no handler for it${instruction(ram, pc)}`;
}

/** The instruction's bits, when the program counter is a physical address of RAM. */
function instruction(ram: GuestRam, pc: bigint): string {
  const address = Number(pc);
  if (!ram.contains(address, 4) || address % 2 !== 0) return '';
  const low = ram.read16(address);
  const bits = (low & 3) === 3 ? ram.read16(address + 2) * 0x1_0000 + low : low;
  return `; the instruction is 0x${bits.toString(16)}`;
}
