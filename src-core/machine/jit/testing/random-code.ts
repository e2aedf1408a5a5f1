import type { Random } from '../../devices/testing/random.ts';
import { encode } from '../../isa/encode.ts';
import { INSTRUCTIONS } from '../../isa/table.ts';
import type { Instruction } from '../../isa/instruction.ts';
import { FORMATS, put, type OperandName } from '../../isa/operands.ts';
import { csrNumber } from '../../isa/registers.ts';

/** Registers with a use of their own in a random program; few of its instructions write them. */
export const REGISTER = { link: 1, code: 26, data: 27, edge: 28, causes: 29, handler1: 30, handler2: 31 };

/** Only what cannot be followed here is left out: waiting, and leaving M-mode for where there is no handler. */
const ALLOWED = INSTRUCTIONS.filter(({ name }) => !['wfi', 'mret', 'sret', 'c.addi4spn'].includes(name));
const KINDS = {
  computing: ALLOWED.filter(({ does }) => /^rd = (?!load)/.test(does)),
  accessing: ALLOWED.filter(({ does }) => /load\(|^store|^amo|^lr|^sc|^zero/.test(does)),
  jumping: ALLOWED.filter(({ does }) => /^if|^jump/.test(does)),
  floating: ALLOWED.filter(({ extension }) => extension === 'f' || extension === 'd'),
  compressed: ALLOWED.filter(({ bytes }) => bytes === 2),
  system: ALLOWED.filter(({ does }) => /^csr|^system|^nothing/.test(does)),
};
const WEIGHTS: readonly (readonly [number, readonly Instruction[]])[] = [
  [34, KINDS.computing],
  [24, KINDS.accessing],
  [18, KINDS.jumping],
  [10, KINDS.floating],
  [10, KINDS.compressed],
  [4, KINDS.system],
];
/** Nothing that could fail. */
const SIMPLE = KINDS.computing.filter(({ extension }) => extension !== 'f' && extension !== 'd');
/** Those of S-mode are there for programs in M-mode. */
const CSRS = [
  ...['fflags', 'frm', 'fcsr', 'instret', 'mscratch', 'time'],
  ...['sstatus', 'sscratch', 'sepc', 'scause', 'stval'],
].map((name) => csrNumber(name));
/** The page of code of a program. */
const CODE_BYTES = 0x800;

function pick<T>(random: Random, all: readonly T[]): T {
  const found = all[random(all.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function kindOf(random: Random): readonly Instruction[] {
  let rest = random(100);
  for (const [weight, kind] of WEIGHTS) {
    if (rest < weight) return kind;
    rest -= weight;
  }
  return KINDS.computing;
}

function destination(random: Random): number {
  return random(200) === 0 ? random(32) : random(REGISTER.code);
}

/** Where loads and stores go: data, the edge of a page, now and then code, or anywhere. */
function baseRegister(random: Random): number {
  const choice = random(40);
  if (choice < 22) return REGISTER.data;
  if (choice < 37) return REGISTER.edge;
  return choice < 39 ? REGISTER.code : random(32);
}

/** Operands that lead somewhere: near the program's own code, and to memory that is there. */
function operandOf(random: Random, instruction: Instruction, name: OperandName): number {
  const { does, format } = instruction;
  const jumps = format === 'jalr';
  if (name === 'rd' || name === 'fd') return name === 'fd' ? random(32) : destination(random);
  if (name === 'rs1' && jumps) return random(3) === 0 ? REGISTER.link : REGISTER.code;
  if (name === 'rs1' && KINDS.accessing.includes(instruction)) return baseRegister(random);
  if (name === 'csr') return pick(random, CSRS);
  if (name !== 'imm') return random(32);
  if (jumps) return random(CODE_BYTES / 4) * 4;
  if (/^if|^jump/.test(does)) return 4 * (random(81) - 48);
  if (/load\(|^store/.test(does)) return random(3) === 0 ? random(random(3) !== 0 ? 24 : CODE_BYTES) : 8 * random(4);
  return random(2 ** 32);
}

/** Bits of a random instruction; the upper half of a compressed one is another's lower half. */
export function randomWord(random: Random): number {
  if (random(6) === 0) return spanWord(random);
  return bitsOf(random, pick(random, kindOf(random)));
}

/** Accesses near each other through one register, which changes now and then: as in a function's frame. */
function spanWord(random: Random): number {
  const rs1 = random(3) === 0 ? REGISTER.data : REGISTER.edge;
  const imm = 8 * (random(5) - 2);
  switch (random(6)) {
    case 0:
      return encode('addi', { rd: rs1, rs1, imm });
    case 1:
    case 2:
      return encode(pick(random, ['sd', 'sw']), { rs1, rs2: random(REGISTER.code), imm });
    default:
      return encode(pick(random, ['ld', 'lwu']), { rd: destination(random), rs1, imm });
  }
}

function bitsOf(random: Random, instruction: Instruction): number {
  if (instruction.bytes === 2) {
    const bits = (random(2 ** 16) & ~instruction.mask) | instruction.match;
    return ((bits & 0xffff) | ((KINDS.compressed.includes(instruction) ? 0x0001 : 0) << 16)) >>> 0;
  }
  let bits = (random(2 ** 32) & ~instruction.mask) | instruction.match;
  for (const [name, place] of Object.entries(FORMATS[instruction.format].operands)) {
    const all = put(-1, { ...place, base: 0 }) & ~instruction.mask;
    if (name === 'rm') continue;
    bits = (bits & ~all) | (put(operandOf(random, instruction, name as OperandName), place) & all);
  }
  // Most rounding modes are the one that everybody uses.
  if ('rm' in FORMATS[instruction.format].operands && (instruction.mask & 0x7000) === 0 && random(8) !== 0)
    bits = (bits & ~0x7000) | (random(2) === 0 ? 0x7000 : 0);
  return bits >>> 0;
}

/** Instructions of a block of `jumpingWord`, the jump included. */
const BLOCK = 4;

/**
 * Bits of an instruction of a program that does little else but jump, from anywhere in its pages to anywhere in them.
 * @param index of the instruction in the program @param instructions of all of it
 */
export function jumpingWord(random: Random, index: number, instructions: number): number {
  if (index % BLOCK !== BLOCK - 1) return random(12) === 0 ? randomWord(random) : bitsOf(random, pick(random, SIMPLE));
  const target = BLOCK * random(instructions / BLOCK);
  const near = Math.max(0, Math.min(instructions - BLOCK, index + 1 + BLOCK * (random(64) - 32)));
  const rd = random(2) * REGISTER.link;
  switch (random(6)) {
    case 0:
      return encode('jalr', { rd, rs1: random(3) === 0 ? REGISTER.link : REGISTER.code, imm: 16 * random(128) });
    case 1:
    case 2:
      return encode('jal', { rd, imm: 4 * (target - index) });
    case 3:
      return encode('jal', { rd, imm: 4 * (near - index) });
    default:
      return encode('bltu', { rs1: random(26), rs2: random(26), imm: 4 * (near - index) });
  }
}
