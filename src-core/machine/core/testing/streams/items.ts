import type { Random } from '../../../devices/testing/random.ts';
import { encode } from '../../../isa/encode.ts';
import type { Instruction } from '../../../isa/instruction.ts';
import type { OperandName } from '../../../isa/operands.ts';
import { csrNumber } from '../../../isa/registers.ts';
import { KINDS, REGISTER, destination, pick, randomInstruction } from './random-instruction.ts';
import type { Entry } from './spaces.ts';

type Operands = Readonly<Partial<Record<OperandName, number>>>;

/** An instruction of a stream, or one whose immediate is the distance to the item that comes `ahead` items later. */
export type Part =
  | { readonly bits: number; readonly bytes: 2 | 4 }
  | {
      readonly name: string;
      readonly bytes: 2 | 4;
      readonly operands: Operands;
      readonly ahead: number;
      /** Bytes from the instruction that the distance counts from to this one. */
      readonly behind?: number;
    };
/** What is jumped over, or to, as a whole. */
export type Item = readonly Part[];

/** For whom a stream is. */
export interface Kind {
  readonly mode: 'm' | 's' | 'u';
  /** Whether its addresses are virtual. */
  readonly translated: boolean;
  /** Whether it may change its own privilege; then it does without LR and SC, whose faults machines differ in. */
  readonly moves: boolean;
  /** Which interrupts it gets. Machines do not agree in the order of these and the others. */
  readonly interrupts: 'supervisor' | 'others';
  /** Whether it writes over its own instructions, which costs a machine much. */
  readonly changesCode: boolean;
  /** Of its inner loops. */
  readonly mostRounds: number;
  /** Entries of page tables that it may change. */
  readonly entries: readonly Entry[];
}

export const part = (name: string, operands: Operands = {}): Part => ({ bits: encode(name, operands), bytes: 4 });
const csr = (name: string, operands: Operands & { readonly on: string }): Part => {
  const { on, ...rest } = operands;
  return part(name, { ...rest, csr: csrNumber(on) });
};
const some = (random: Random, kind: readonly Instruction[]): Part => {
  const instruction = pick(random, kind);
  return { bits: randomInstruction(random, instruction), bytes: instruction.bytes };
};

const { scratch0: S0, scratch1: S1, scratch2: S2 } = REGISTER;
const ahead = (random: Random): number => 1 + random(6);

/** A constant of 32 bits, not sign-extended. */
export function constant(rd: number, value: number): Part[] {
  const low = (value << 20) >> 20;
  return [
    part('lui', { rd, imm: (value - low) >>> 12 }),
    part('addiw', { rd, rs1: rd, imm: low }),
    part('slli', { rd, rs1: rd, imm: 32 }),
    part('srli', { rd, rs1: rd, imm: 32 }),
  ];
}

export const simple = (random: Random): Item => {
  const choice = random(100);
  if (choice < 46) return [some(random, KINDS.computing)];
  if (choice < 78) return [some(random, KINDS.accessing)];
  return [some(random, choice < 94 ? KINDS.floating : KINDS.atomic)];
};

function branch(random: Random): Item {
  const instruction = pick(random, KINDS.branching);
  const popular = instruction.bytes === 2;
  const operands = popular ? { rs1: 8 + random(8) } : { rs1: random(32), rs2: random(32) };
  return [{ name: instruction.name, bytes: instruction.bytes, operands, ahead: ahead(random) }];
}

function leap(random: Random): Item {
  const auipc = part('auipc', { rd: S0 });
  const far = ahead(random);
  const add: Part = { name: 'addi', bytes: 4, operands: { rd: S0, rs1: S0 }, ahead: far, behind: 4 };
  switch (random(5)) {
    case 0:
      return [{ name: 'jal', bytes: 4, operands: { rd: destination(random) }, ahead: far }];
    case 1:
      return [{ name: 'c.j', bytes: 2, operands: {}, ahead: far }];
    case 2:
      return [auipc, add, { bits: encode('c.jr', { rs1: S0 }), bytes: 2 }];
    case 3:
      return [auipc, add, { bits: encode('c.jalr', { rs1: S0 }), bytes: 2 }];
    default:
      return [auipc, { name: 'jalr', bytes: 4, operands: { rd: destination(random), rs1: S0 }, ahead: far, behind: 4 }];
  }
}

/** A few rounds of a few items. Who jumps into the middle leaves with the first round. */
function loop(random: Random, kind: Kind): Item {
  const body = Array.from({ length: 2 + random(5) }, () => simple(random)).flat();
  const bytes = body.reduce((sum, each) => sum + each.bytes, 0) + 4;
  return [
    part('addi', { rd: REGISTER.inner, imm: 1 + random(kind.mostRounds) }),
    ...body,
    part('addi', { rd: REGISTER.inner, rs1: REGISTER.inner, imm: -1 }),
    part('blt', { rs1: 0, rs2: REGISTER.inner, imm: -bytes }),
  ];
}

function reserved(random: Random): Item {
  const suffix = pick(random, ['w', 'd']);
  const between = Array.from({ length: random(3) }, () => some(random, KINDS.computing));
  return [
    part(`lr.${suffix}`, { rd: destination(random), rs1: REGISTER.safe }),
    ...between,
    part(`sc.${suffix}`, { rd: destination(random), rs1: REGISTER.safe, rs2: random(32) }),
  ];
}

/** An instruction becomes another one, and back again when it is passed a second time. */
function selfModifying(random: Random): Item {
  const wide = KINDS.computing.filter(({ bytes }) => bytes === 4);
  const [one = 0, other = 0] = [0, 1].map(() => randomInstruction(random, pick(random, wide)));
  const difference = constant(S1, (one ^ other) >>> 0);
  // auipc, lw, difference, xor, sw, fence.i
  const distance = 4 * (5 + difference.length);
  return [
    part('auipc', { rd: S0 }),
    part('lw', { rd: S2, rs1: S0, imm: distance }),
    ...difference,
    part('xor', { rd: S2, rs1: S2, rs2: S1 }),
    part('sw', { rs1: S0, rs2: S2, imm: distance }),
    part('fence.i'),
    { bits: one, bytes: 4 },
  ];
}

/** Bits of an entry of a page table are turned round, and a fence makes that known. */
function remapping(random: Random, kind: Kind): Item {
  const bit = pick(random, [0, 1, 2, 3, 4, 6, 7]);
  const { place, address, asid } = pick(random, kind.entries);
  const byAddress = random(3) > 0 && address < 2n ** 32n;
  const byAsid = random(3) === 0;
  return [
    ...constant(S0, place),
    part('ld', { rd: S1, rs1: S0 }),
    part('xori', { rd: S1, rs1: S1, imm: 1 << bit }),
    part('sd', { rs1: S0, rs2: S1 }),
    ...constant(S0, byAddress ? Number(address) + random(4096) : 0),
    ...constant(S1, Number(asid)),
    part('sfence.vma', { rs1: byAddress ? S0 : 0, rs2: byAsid ? S1 : 0 }),
  ];
}

/** Not addresses of code, and nothing that a machine may choose. */
const FREE = {
  u: ['fflags', 'frm', 'fcsr'],
  s: ['scause', 'stval'],
  m: ['mcause', 'mtval'],
} as const;
const STATUS_BITS = { spie: 1 << 5, spp: 1 << 8, sum: 1 << 18, mxr: 1 << 19, sie: 1 << 1 };
const READ_ONLY_HERE = ['satp', 'medeleg', 'mtvec', 'stvec', 'mscratch', 'sscratch', 'mepc', 'sepc'];
/** Nobody has these. */
const UNKNOWN = [0x5c0, 0x8ff, 0xcc5, 0x6ff, 0x9ff];
const COUNTERS = ['cycle', 'time', 'instret'];

/** A CSR is read, written, or both; for many streams that is a trap. */
function control(random: Random): Item {
  const name = pick(random, ['csrrw', 'csrrs', 'csrrc']);
  const operands = { rd: destination(random), rs1: random(32) };
  const choice = random(12);
  if (choice < 5) return [csr(name, { ...operands, on: pick(random, [...FREE.u, ...FREE.u, ...FREE.s, ...FREE.m]) })];
  if (choice < 6) return [csr(`${name}i`, { rd: operands.rd, imm: random(32), on: pick(random, FREE.u) })];
  if (choice < 8) return [csr('csrrs', { rd: operands.rd, rs1: 0, on: pick(random, READ_ONLY_HERE) })];
  if (choice < 9) return [part(name, { ...operands, csr: pick(random, UNKNOWN) })];
  // What a counter counts is not the same in two machines: only whether it may be read.
  if (choice < 10) return [csr('csrrs', { rd: 0, rs1: 0, on: pick(random, COUNTERS) })];
  const bits = Object.values(STATUS_BITS).reduce((sum, bit) => sum | (random(3) === 0 ? bit : 0), 0);
  const on = random(3) === 0 ? 'mstatus' : 'sstatus';
  return [...constant(S0, bits), csr(random(2) === 0 ? 'csrrs' : 'csrrc', { rd: operands.rd, rs1: S0, on })];
}

/** An interrupt is made pending, or those that are get through. */
function interrupt(random: Random, kind: Kind): Item {
  const level = pick(random, ['m', 's']);
  switch (random(kind.interrupts === 'supervisor' ? 4 : 2)) {
    case 0:
      return [csr('csrrsi', { rd: 0, imm: level === 'm' ? 8 : 2, on: `${level}status` })];
    case 1:
      return [csr('csrrci', { rd: 0, imm: level === 'm' ? 8 : 2, on: `${level}status` })];
    case 2:
      return [part('addi', { rd: S0, imm: 0x22 }), csr('csrrs', { rd: 0, rs1: S0, on: `${level}ie` })];
    default:
      return [
        part('addi', { rd: S0, imm: pick(random, [2, 2, 0x20, 0x22]) }),
        csr('csrrs', { rd: destination(random), rs1: S0, on: `${level}ip` }),
      ];
  }
}

const MPP = 3 << 11;
const MPRV = 1 << 17;

/** On in another privilege. @param shift what is to be added to an address, in 4 KiB, to get the one that U-mode sees */
function moving(random: Random, shift: number): Item {
  const level = pick(random, ['m', 's']);
  const to = pick(random, level === 'm' ? [0, 1, 1, 3] : [0, 1]);
  const [mask, value] = level === 'm' ? [MPP, to << 11] : [1 << 8, to << 8];
  const moved = to === 0 ? shift : 0;
  const body = [
    part('lui', { rd: S1, imm: moved }),
    part('add', { rd: S0, rs1: S0, rs2: S1 }),
    csr('csrrw', { rd: 0, rs1: S0, on: `${level}epc` }),
    ...constant(S1, mask),
    csr('csrrc', { rd: 0, rs1: S1, on: `${level}status` }),
    ...constant(S1, value),
    csr('csrrs', { rd: 0, rs1: S1, on: `${level}status` }),
    part(`${level}ret`),
  ];
  return [part('auipc', { rd: S0 }), part('addi', { rd: S0, rs1: S0, imm: 4 * (body.length + 2) }), ...body];
}

/** M-mode accesses memory as another privilege does. */
function lending(random: Random): Item {
  const set = (name: string, bits: number): Part[] => [
    ...constant(S1, bits),
    csr(name, { rd: 0, rs1: S1, on: 'mstatus' }),
  ];
  const accesses = Array.from({ length: 3 }, () => some(random, KINDS.accessing));
  return [...set('csrrc', MPP), ...set('csrrs', MPRV | (random(2) << 11)), ...accesses, ...set('csrrc', MPRV)];
}

const ILLEGAL = [0, 0xffff_ffff, 0x0000_000b, 0x0000_002b, 0x0000_705b, 0xc000_0077, 0x0000_7003, 0x0000_2063];

function trapping(random: Random, kind: Kind): Item {
  const pointers = [0, REGISTER.data, REGISTER.elsewhere, REGISTER.nothing];
  switch (random(8)) {
    case 0:
      return [part('ecall')];
    case 1:
      return [part('ebreak')];
    case 2:
      return [{ bits: encode('c.ebreak'), bytes: 2 }];
    case 3:
      return [part('sfence.vma', { rs1: pick(random, pointers) })];
    case 4:
      return [part(pick(random, ['fence', 'fence.i']))];
    // Elsewhere it might wait for ever.
    case 5:
      return kind.mode === 'u' ? [part('wfi')] : [part('ecall')];
    case 6:
      return kind.moves ? [part('ecall')] : [part(kind.mode === 'm' ? 'ebreak' : 'mret')];
    default: {
      const bits = pick(random, ILLEGAL);
      return [{ bits, bytes: (bits & 3) === 3 ? 4 : 2 }];
    }
  }
}

const stack = (random: Random): Item => {
  const imm = 16 * (1 + random(30));
  return [imm, -imm].map((each) => ({ bits: encode('c.addi16sp', { imm: each }), bytes: 2 }));
};

/** One item of a stream. @param privileged how many of a hundred are about privilege, traps and translation */
export function randomItem(random: Random, kind: Kind, privileged: number, shift: number): Item {
  if (random(100) < privileged) {
    const choice = random(12);
    if (choice < 4) return control(random);
    if (choice < 7) return trapping(random, kind);
    if (choice < 9) return interrupt(random, kind);
    if (choice < 11 && kind.entries.length > 0) return remapping(random, kind);
    if (kind.mode === 'm' && random(2) === 0) return lending(random);
    return kind.moves ? moving(random, shift) : control(random);
  }
  const choice = random(100);
  if (choice < 74) return simple(random);
  if (choice < 84) return branch(random);
  if (choice < 89) return leap(random);
  if (choice < 93) return loop(random, kind);
  if (choice < 96) return kind.moves ? simple(random) : reserved(random);
  return choice < 98 && kind.changesCode ? selfModifying(random) : stack(random);
}
