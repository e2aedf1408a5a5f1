import type { Random } from '../../../devices/testing/random.ts';
import type { Instruction } from '../../../isa/instruction.ts';
import { FORMATS, put, type OperandName } from '../../../isa/operands.ts';
import { INSTRUCTIONS } from '../../../isa/table.ts';

/**
 * Registers with a use of their own in a stream, which its instructions do not write: pointers to data (sp and s0 are
 * those of compressed instructions), near the end of a page, to data that may always be accessed, to nothing that may
 * be; and counters of loops.
 */
export const REGISTER = {
  ...{ sp: 2, data: 8, compressedEdge: 9, scratch0: 23, scratch1: 24, scratch2: 25 },
  ...{ nothing: 26, safe: 27, edge: 28, elsewhere: 29, inner: 30, outer: 31 },
} as const;
const KEPT: ReadonlySet<number> = new Set(Object.values(REGISTER));
const WRITABLE = Array.from({ length: 32 }, (_, x) => x).filter((x) => !KEPT.has(x));
const [FIRST_POPULAR, LAST_POPULAR] = [10, 15];

const named = new Map(INSTRUCTIONS.map((instruction) => [instruction.name, instruction]));
/** What an instruction does; of a compressed one, what the one does for which it stands. */
function meaning({ does }: Instruction): Instruction {
  const found = named.get(does.slice('as '.length));
  if (!does.startsWith('as ') || !found) throw new Error(`${does} is no notation`);
  return found;
}
const meant = (instruction: Instruction): Instruction =>
  instruction.does.startsWith('as ') ? meaning(instruction) : instruction;

const isAccess = ({ does }: Instruction): boolean => /load\(|^store/.test(does);
const isFloating = ({ extension }: Instruction): boolean => extension === 'f' || extension === 'd';
const computes = ({ does }: Instruction): boolean => /^[rf]d/.test(does);
/** QEMU 7.2 counts zeros beyond the lower half. */
const WRONG_IN_QEMU = ['ctzw'];
const all = (wanted: (instruction: Instruction, meant: Instruction) => boolean): readonly Instruction[] =>
  INSTRUCTIONS.filter((each) => !WRONG_IN_QEMU.includes(each.name) && wanted(each, meant(each)));

/** Instructions of a kind, each as likely as the others of its kind. */
export const KINDS = {
  computing: all((own, it) => computes(it) && !isAccess(it) && !isFloating(it) && own.name !== 'c.addi16sp'),
  floating: all((_, it) => isFloating(it) && !isAccess(it)),
  accessing: all((_, it) => isAccess(it)),
  atomic: all((_, it) => /^amo/.test(it.does)),
  branching: all((_, it) => it.does.startsWith('if')),
};

export function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[random(from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

export const destination = (random: Random): number => pick(random, WRITABLE);

/** Data above all; now and then what may not be accessed. */
function pointer(random: Random): number {
  const choice = random(24);
  if (choice === 0) return REGISTER.nothing;
  if (choice < 6) return REGISTER.edge;
  if (choice < 10) return REGISTER.elsewhere;
  return choice < 14 ? REGISTER.safe : REGISTER.data;
}

const isPopular = (format: string, name: OperandName): boolean =>
  (FORMATS[format as Instruction['format']].operands[name]?.base ?? 0) === 8;

function target(random: Random, { format }: Instruction, name: OperandName): number {
  if (!isPopular(format, name)) return destination(random);
  return FIRST_POPULAR + random(LAST_POPULAR - FIRST_POPULAR + 1);
}

function source(random: Random, instruction: Instruction, name: OperandName): number {
  const popular = isPopular(instruction.format, name);
  if (name === 'rs1' && isAccess(meant(instruction)))
    return popular ? pick(random, [REGISTER.data, REGISTER.compressedEdge]) : pointer(random);
  if (name === 'rs1' && instruction.format === 'amo')
    return pick(random, [REGISTER.safe, REGISTER.data, REGISTER.data, REGISTER.elsewhere]);
  return popular ? 8 + random(8) : random(32);
}

function immediate(random: Random, instruction: Instruction): number {
  if (!isAccess(meant(instruction))) return random(2 ** 32);
  const choice = random(4);
  if (choice === 0) return random(2 ** 32);
  return choice === 1 ? random(24) : 8 * random(4);
}

/** What zero means in these places is another instruction, or none. */
const NOT_ZERO: ReadonlySet<string> = new Set([
  'c.addi4spn',
  'c.addi16sp',
  'c.lui',
  'c.mv',
  'c.add',
  'c.addiw',
  'c.lwsp',
  'c.ldsp',
]);

function operand(random: Random, instruction: Instruction, name: OperandName): number {
  if (name === 'rd') return target(random, instruction, name);
  if (name === 'rs1' || name === 'rs2') return source(random, instruction, name);
  if (name === 'imm') return immediate(random, instruction);
  // Mostly the rounding mode that is in frm.
  if (name === 'rm') return random(32) === 0 ? random(8) : pick(random, [0, 1, 7, 7, 7, 7]);
  return random(32);
}

/** @returns the bits, or undefined when the operands make another instruction of it */
function tried(random: Random, instruction: Instruction): number | undefined {
  let bits = instruction.match;
  const { operands } = FORMATS[instruction.format];
  for (const [name, place] of Object.entries(operands) as [OperandName, NonNullable<(typeof operands)['rd']>][]) {
    const placed = put(operand(random, instruction, name), place) & ~instruction.mask;
    if (NOT_ZERO.has(instruction.name) && placed === 0) return undefined;
    bits |= placed;
  }
  return bits >>> 0;
}

/** Bits of an instruction with random operands, which leaves the kept registers alone. */
export function randomInstruction(random: Random, instruction: Instruction): number {
  for (;;) {
    const bits = tried(random, instruction);
    if (bits !== undefined) return bits;
  }
}
