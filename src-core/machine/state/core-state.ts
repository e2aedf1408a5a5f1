import type { CoreState, HartState } from './core-schema.ts';
import {
  F_REGISTERS,
  HART_FIELDS_32,
  HART_FIELDS_64,
  HART_STATE_BYTES,
  HART_STATES,
  MACHINE,
  PLIC,
  PLIC_FIELDS,
  PMPADDR,
  PMPCFG,
  REGISTER_FILE_BYTES,
  REGISTER_FILES,
} from './core-fields.ts';
import { toU64 } from './values.ts';

const PMP_ENTRIES = 16;

/** The state of harts and PLIC, out of the core's memory between two slices. */
export function readCore(memory: ArrayBufferLike, harts: number, sbi: boolean): CoreState {
  const view = new DataView(memory);
  return {
    sbi,
    harts: Array.from({ length: harts }, (_, index) => readHart(view, index)),
    plic: readPlic(view),
  };
}

/** Puts a state into the memory of a core that was just initialized for as many harts. Its `stateRestored` follows. */
export function writeCore(memory: ArrayBufferLike, state: CoreState): void {
  const view = new DataView(memory);
  for (const [index, hart] of state.harts.entries()) writeHart(view, index, hart);
  let at = MACHINE + PLIC;
  for (const [name] of PLIC_FIELDS) {
    for (const word of state.plic[name] ?? []) {
      view.setUint32(at, word, true);
      at += 4;
    }
  }
}

function read64(view: DataView, at: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => toU64(view.getBigUint64(at + index * 8, true)));
}

function write64(view: DataView, at: number, values: readonly string[]): void {
  for (const [index, value] of values.entries()) view.setBigUint64(at + index * 8, BigInt(value), true);
}

function readHart(view: DataView, index: number): HartState {
  const hart = HART_STATES + index * HART_STATE_BYTES;
  const registers = REGISTER_FILES + index * REGISTER_FILE_BYTES;
  const words = Object.fromEntries(
    HART_FIELDS_32.map(({ name, offset }) => [name, view.getUint32(hart + offset, true)]),
  );
  return {
    x: read64(view, registers + 8, 31),
    f: read64(view, registers + F_REGISTERS, 32),
    registers: Object.fromEntries(
      HART_FIELDS_64.map(({ name, offset }) => [name, toU64(view.getBigUint64(hart + offset, true))]),
    ),
    ...(words as Pick<HartState, 'privilege' | 'runState' | 'pendingSoftware' | 'pendingClint' | 'requests'>),
    ...(words as Pick<HartState, 'fflags' | 'frm'>),
    pmpcfg: Array.from({ length: PMP_ENTRIES }, (_, entry) => view.getUint8(hart + PMPCFG + entry)),
    pmpaddr: read64(view, hart + PMPADDR, PMP_ENTRIES),
  };
}

function writeHart(view: DataView, index: number, state: HartState): void {
  const hart = HART_STATES + index * HART_STATE_BYTES;
  const registers = REGISTER_FILES + index * REGISTER_FILE_BYTES;
  write64(view, registers + 8, state.x);
  write64(view, registers + F_REGISTERS, state.f);
  for (const { name, offset } of HART_FIELDS_64)
    view.setBigUint64(hart + offset, BigInt(state.registers[name] ?? 0), true);
  for (const { name, offset } of HART_FIELDS_32)
    view.setUint32(hart + offset, (state as unknown as Record<string, number>)[name] ?? 0, true);
  for (const [entry, byte] of state.pmpcfg.entries()) view.setUint8(hart + PMPCFG + entry, byte);
  write64(view, hart + PMPADDR, state.pmpaddr);
}

function readPlic(view: DataView): CoreState['plic'] {
  let at = MACHINE + PLIC;
  const words = (count: number): number[] => {
    const read = Array.from({ length: count }, (_, index) => view.getUint32(at + index * 4, true));
    at += count * 4;
    return read;
  };
  return Object.fromEntries(PLIC_FIELDS.map(([name, count]) => [name, words(count)]));
}
