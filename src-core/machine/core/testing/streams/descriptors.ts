import type { Random } from '../../../devices/testing/random.ts';
import { edges } from '../../softfloat/testing/operands.ts';
import type { Kind } from './items.ts';
import {
  CODE_BYTES,
  DATA_ABOVE,
  DESCRIBED_CSRS,
  DESCRIPTOR,
  FRAMES,
  FRAME_BYTES,
  HOLE,
  PLACE,
  SEEN,
} from './layout.ts';
import { REGISTER, pick } from './random-instruction.ts';
import type { Entry, Space } from './spaces.ts';

const MOST_TRAPS = 48;
const NEVER = 2n ** 64n - 1n;
const BOX = 0xffff_ffff_0000_0000n;
const EDGES_64 = edges(64);
const EDGES_32 = edges(32);
const INTEGERS = [
  0n,
  1n,
  2n ** 63n,
  2n ** 63n - 1n,
  2n ** 32n,
  2n ** 31n,
  2n ** 31n - 1n,
  NEVER,
  0xffff_ffff_8000_0000n,
];
/** What both machines let M-mode delegate, but for environment calls of the supervisor. */
const DELEGABLE = 0xb1ffn;
const STATUS = { sie: 1n << 1n, spie: 1n << 5n, mpie: 1n << 7n, spp: 1n << 8n, sum: 1n << 18n, mxr: 1n << 19n };
const [TVM, TW, TSR] = [1n << 20n, 1n << 21n, 1n << 22n];
const MPP = { u: 0n, s: 1n << 11n, m: 3n << 11n };
const SSI = 2n;
const [MSI, STI, MTI, SEI] = [8n, 0x20n, 0x80n, 0x200n];

export interface Run {
  readonly kind: Kind;
  readonly space: Space | undefined;
  /** Offset of the stream in the code, and of its end. */
  readonly start: number;
  readonly end: number;
  /** Addresses of the handlers' vectors. */
  readonly vectors: Readonly<Record<'m' | 's', number>>;
  /** Whether all memory that it is pointed to may be accessed, and rounding modes are modes. */
  readonly calm: boolean;
  /** Numbers of the pages of data that it uses mostly. */
  readonly pages: readonly number[];
  /** Whether an entry of its page tables is changed before the run. */
  readonly changes: boolean;
}

const wide = (random: Random): bigint => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));

function integer(random: Random): bigint {
  const choice = random(5);
  if (choice === 0) return pick(random, INTEGERS);
  if (choice === 1) return BigInt(random(256));
  return choice === 2 ? BigInt.asUintN(64, BigInt(random(2 ** 32) | 0)) : wide(random);
}

function float(random: Random): bigint {
  const choice = random(5);
  if (choice === 0) return wide(random);
  if (choice === 1) return BOX | pick(random, EDGES_32);
  if (choice === 2) return BOX | BigInt(random(2 ** 32));
  return choice === 3 ? pick(random, EDGES_64) : 0x3ff0_0000_0000_0000n + (BigInt(random(2 ** 27)) << 27n);
}

/** A page of data as the stream sees it. */
function dataPage(random: Random, run: Run): bigint {
  const { kind, space, calm, pages } = run;
  if (calm) return safePage(random, run);
  const index = BigInt((random(8) === 0 ? random(FRAMES) : pick(random, pages)) * FRAME_BYTES);
  if (!kind.translated || !space) return BigInt(PLACE.frames) + index;
  const window = pick(random, [BigInt(SEEN.data), BigInt(SEEN.data), DATA_ABOVE, BigInt(SEEN.superpage)]);
  return BigInt.asUintN(64, window + index + (random(8) === 0 ? BigInt(2 ** 21) : 0n));
}

function safePage(random: Random, { kind }: Run): bigint {
  // Not the last one, behind whose end nothing is.
  const page = BigInt(random(3) * FRAME_BYTES);
  if (!kind.translated) return BigInt(PLACE.frames + FRAMES * FRAME_BYTES) + page;
  return BigInt(kind.mode === 'u' ? SEEN.userSafe : SEEN.supervisorSafe) + page;
}

function nothing(random: Random, run: Run): bigint {
  const { kind, calm } = run;
  if (calm) return safePage(random, run);
  if (!kind.translated) return BigInt(HOLE + random(4096));
  const everywhere = [BigInt(HOLE), BigInt(SEEN.hole), BigInt(SEEN.nothing), 1n << 47n, 1n << 38n, NEVER - 7n];
  return pick(random, kind.mode === 'u' ? [...everywhere, BigInt(PLACE.program)] : everywhere);
}

function pointers(random: Random, run: Run, rounds: number): Map<number, bigint> {
  const edge = (): bigint => dataPage(random, run) + BigInt(FRAME_BYTES - 1 - random(40));
  return new Map([
    [REGISTER.sp, dataPage(random, run) + BigInt(16 * random(96))],
    [REGISTER.data, dataPage(random, run) + BigInt(8 * random(256))],
    [REGISTER.compressedEdge, edge()],
    [REGISTER.nothing, nothing(random, run)],
    [REGISTER.safe, safePage(random, run) + BigInt(8 * (256 + random(128)))],
    [REGISTER.edge, edge()],
    [REGISTER.elsewhere, dataPage(random, run) + BigInt(run.calm ? 8 * random(FRAME_BYTES / 8) : random(FRAME_BYTES))],
    [REGISTER.inner, 0n],
    [REGISTER.outer, BigInt(rounds)],
  ]);
}

function status(random: Random, { kind: { mode, entries } }: Run, delegates: boolean): bigint {
  const bits = Object.values(STATUS).filter(() => random(2) === 0);
  let value = bits.reduce((sum, bit) => sum | bit, 0n);
  // Floating point is on mostly, and dirty, so that machines need not agree in what makes it so.
  if (random(24) !== 0) value |= 3n << 13n;
  // The supervisor's handler has to return, and who changes an entry of a page table has to make that known.
  const allowed = [TW, ...(delegates ? [] : [TSR]), ...(entries.length > 0 ? [] : [TVM])];
  if (random(6) === 0) value |= pick(random, allowed);
  return value | MPP[mode];
}

type Word = (place: number, value: bigint) => void;
type Sources = readonly (readonly [mip: bigint, msip: bigint, mtimecmp: bigint])[];
const NO_SOURCE = [0n, 0n, NEVER] as const;
const SUPERVISOR_SOURCES: Sources = [NO_SOURCE, [SSI, 0n, NEVER], [STI, 0n, NEVER], [SSI | STI, 0n, NEVER]];
const OTHER_SOURCES: Sources = [NO_SOURCE, [SEI, 0n, NEVER], [0n, 1n, NEVER], [0n, 0n, 0n]];

/** One source of an interrupt, or the two in whose order machines agree. */
function interrupts(random: Random, { interrupts: kind }: Kind, word: Word): void {
  const [mip, msip, mtimecmp] = pick(random, kind === 'supervisor' ? SUPERVISOR_SOURCES : OTHER_SOURCES);
  word(DESCRIPTOR.mip, mip);
  word(DESCRIPTOR.msip, msip);
  word(DESCRIPTOR.mtimecmp, mtimecmp);
  word(DESCRIPTOR.mie, random(4) === 0 ? 0n : SSI | STI | SEI | MSI | MTI);
}

/** The entries of the pages that a stream uses, in both windows. */
export function entriesOf({ entries }: Space, pages: readonly number[]): Entry[] {
  return pages.flatMap((page) => entries.slice(2 * page, 2 * page + 2));
}

function change(random: Random, entries: readonly Entry[], word: Word): void {
  const entry = pick(random, entries);
  const bit = BigInt(pick(random, [0, 1, 2, 3, 4, 6, 7, 10, 11, 12]));
  word(DESCRIPTOR.changedEntry, BigInt(entry.place));
  word(DESCRIPTOR.change, 1n << bit);
  word(DESCRIPTOR.fence, BigInt(random(4)));
  word(DESCRIPTOR.fenceAddress, entry.address + BigInt(random(FRAME_BYTES)));
  word(DESCRIPTOR.fenceAsid, entry.asid);
}

/** Writes a descriptor: `word` puts 8 bytes at an offset of it. @param rounds of the stream's outer loop */
export function describe(random: Random, run: Run, rounds: number, word: Word): void {
  const { kind, space, calm } = run;
  const delegated = random(2) === 0 ? 0n : BigInt(random(2 ** 16)) & DELEGABLE;
  const csrs: Record<(typeof DESCRIBED_CSRS)[number], bigint> = {
    satp: space?.satp ?? 0n,
    medeleg: delegated,
    mideleg: delegated === 0n ? 0n : pick(random, [0n, SSI | STI | SEI, SSI | STI | SEI, SSI]),
    mcounteren: BigInt(random(8)),
    scounteren: BigInt(random(8)),
    mtvec: BigInt(run.vectors.m + random(2)),
    stvec: BigInt(run.vectors.s + random(2)),
    // Rounding mostly to the nearest, and the flag for inexact mostly set.
    fcsr: BigInt((random(3) === 0 ? random(calm ? 5 : 8) << 5 : 0) | (random(3) === 0 ? random(32) : 1)),
    mcause: wide(random),
    mtval: wide(random),
    scause: wide(random),
    sepc: wide(random) & ~1n,
    stval: wide(random),
  };
  const codeAt = { m: PLACE.code, s: SEEN.supervisorCode, u: SEEN.userCode }[kind.translated ? kind.mode : 'm'];
  word(DESCRIPTOR.valid, 1n);
  word(DESCRIPTOR.streamEnd, BigInt(run.end & (CODE_BYTES - 1)));
  word(DESCRIPTOR.trapsMost, BigInt(MOST_TRAPS));
  DESCRIBED_CSRS.forEach((name, index) => word(DESCRIPTOR.csrs + 8 * index, csrs[name]));
  interrupts(random, kind, word);
  if (run.changes && space) change(random, entriesOf(space, run.pages), word);
  word(DESCRIPTOR.mstatus, status(random, run, delegated !== 0n));
  word(DESCRIPTOR.mepc, BigInt(codeAt + run.start));
  const kept = pointers(random, run, rounds);
  for (let x = 1; x < 32; x++) word(DESCRIPTOR.x + 8 * x, kept.get(x) ?? integer(random));
  for (let f = 0; f < 32; f++) word(DESCRIPTOR.f + 8 * f, float(random));
}
