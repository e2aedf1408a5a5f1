import { disassemble } from '../../../isa/disassemble.ts';
import { F_NAMES, X_NAMES } from '../../../isa/registers.ts';
import type { Batch } from './batch.ts';
import {
  CODE_BYTES,
  CONTROL,
  DESCRIPTOR_BYTES,
  FRAME_BYTES,
  MACHINE_CSRS,
  PLACE,
  RECORD,
  RECORD_BYTES,
  SUPERVISOR_CONTROL,
  SUPERVISOR_CSRS,
} from './layout.ts';

const BREAKPOINT = 3n;
const ACCESS_FAULTS: readonly bigint[] = [5n, 7n];
/** Bits that are set with extensions that only one machine has: interrupts of guests of a hypervisor. */
const EXTRA: Readonly<Record<string, bigint>> = { mideleg: 0x1444n };

/** The first difference between what two machines left. */
export interface Difference {
  readonly text: string;
  /** Number of the run in whose record it is; undefined when it is in memory. */
  readonly run: number | undefined;
}

/** The offset of the first page that differs, of so many bytes. */
function firstDifferent(mine: Uint8Array, theirs: Uint8Array, bytes: number): number | undefined {
  for (let at = 0; at < bytes; at += FRAME_BYTES) {
    const page = (of: Uint8Array): Uint8Array => of.subarray(at, at + FRAME_BYTES);
    if (Buffer.compare(page(mine), page(theirs)) !== 0) return at;
  }
  return undefined;
}

type Words = (address: number) => bigint;
const wordsOf = (ram: Uint8Array): Words => {
  const view = new DataView(ram.buffer, ram.byteOffset);
  return (address) => view.getBigUint64(address - PLACE.program, true);
};

function nameOf(place: number, csrs: readonly string[]): string {
  if (place === 0) return 'handler and vector';
  if (place < RECORD.f) return X_NAMES[place / 8] ?? '';
  if (place < RECORD.csrs) return F_NAMES[(place - RECORD.f) / 8] ?? '';
  return csrs[(place - RECORD.csrs) / 8] ?? (place === RECORD.descriptor ? 'run' : 'nothing');
}

/**
 * What counts of a word of a record. Not the value of a breakpoint, which is its address or zero, as a machine likes; nor
 * the last bits of an address where no memory is: QEMU names the aligned word of which a misaligned access wanted a part.
 */
function whatCounts(words: Words, record: number, place: number, csrs: readonly string[]): bigint {
  const name = nameOf(place, csrs);
  const value = words(record + place) & ~(EXTRA[name] ?? 0n);
  if (!/^[ms]tval$/.test(name)) return value;
  const cause = words(record + RECORD.csrs + 8 * csrs.indexOf(name.replace('tval', 'cause')));
  if (cause === BREAKPOINT) return 0n;
  return ACCESS_FAULTS.includes(cause) ? value & ~7n : value;
}

function describeRecord(words: Words, record: number, csrs: readonly string[], batch: Batch): string {
  const level = csrs === MACHINE_CSRS ? 'm' : 's';
  const of = (csr: string): bigint => words(record + RECORD.csrs + 8 * csrs.indexOf(csr));
  const pc = of(`${level}epc`);
  const run = (Number(words(record + RECORD.descriptor)) - PLACE.descriptors) / DESCRIPTOR_BYTES;
  const offset = Number(pc & BigInt(CODE_BYTES - 1));
  const bits = Number(BigInt.asUintN(32, wordsOf(batch.image)(PLACE.code + (offset & ~1))));
  return `run ${run}, ${level}cause ${of(`${level}cause`).toString(16)} at ${pc.toString(16)} (${disassemble(bits, pc)})`;
}

/** The first record of a log that differs. */
function differentRecord(
  [mine, theirs]: readonly [Words, Words],
  same: (address: number, bytes: number) => boolean,
  { log, own, csrs, batch }: { log: number; own: number; csrs: readonly string[]; batch: Batch },
): Difference | undefined {
  const pointer = PLACE.control + own + CONTROL.log;
  const end = Math.max(Number(mine(pointer)), Number(theirs(pointer)));
  for (let record = log; record < end; record += RECORD_BYTES) {
    if (same(record, RECORD_BYTES)) continue;
    const wrong: string[] = [];
    for (let place = 0; place < RECORD_BYTES; place += 8) {
      const a = whatCounts(mine, record, place, csrs);
      const b = whatCounts(theirs, record, place, csrs);
      if (a === b) continue;
      wrong.push(`${nameOf(place, csrs)} ${a.toString(16)}, not ${b.toString(16)}`);
    }
    if (wrong.length === 0) continue;
    const run = (Number(theirs(record + RECORD.descriptor)) - PLACE.descriptors) / DESCRIPTOR_BYTES;
    return {
      run,
      text: `record ${(record - log) / RECORD_BYTES}, ${describeRecord(theirs, record, csrs, batch)}: ${wrong.join('; ')}`,
    };
  }
  return undefined;
}

/** Compares all records, then all of memory but for them. `mine` is said first. */
export function compare(mine: Uint8Array, theirs: Uint8Array, batch: Batch): Difference | undefined {
  const [a, b] = [wordsOf(mine), wordsOf(theirs)];
  const same = (address: number, bytes: number): boolean => {
    const part = (of: Uint8Array): Uint8Array => of.subarray(address - PLACE.program, address - PLACE.program + bytes);
    return Buffer.compare(part(mine), part(theirs)) === 0;
  };
  const supervised = { log: PLACE.supervisorLog, own: SUPERVISOR_CONTROL, csrs: SUPERVISOR_CSRS, batch };
  const machine = differentRecord([a, b], same, { log: PLACE.machineLog, own: 0, csrs: MACHINE_CSRS, batch });
  const supervisor = differentRecord([a, b], same, supervised);
  const first = [machine, supervisor]
    .filter((found) => found !== undefined)
    .sort((x, y) => (x.run ?? 0) - (y.run ?? 0))[0];
  if (first) return first;
  const from = firstDifferent(mine, theirs, PLACE.machineLog - PLACE.program);
  if (from === undefined) return undefined;
  for (let address = PLACE.program + from; address < PLACE.machineLog; address += 8) {
    if (a(address) === b(address)) continue;
    return {
      run: undefined,
      text: `memory at ${address.toString(16)}: ${a(address).toString(16)}, not ${b(address).toString(16)}`,
    };
  }
  return undefined;
}

/** How many traps were written down by M-mode's handler and by the supervisor's. */
export function recordsOf(ram: Uint8Array): { readonly machine: number; readonly supervisor: number } {
  const words = wordsOf(ram);
  const count = (own: number, log: number): number =>
    (Number(words(PLACE.control + own + CONTROL.log)) - log) / RECORD_BYTES;
  return { machine: count(0, PLACE.machineLog), supervisor: count(SUPERVISOR_CONTROL, PLACE.supervisorLog) };
}
