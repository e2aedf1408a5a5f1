import type { Random } from '../../../devices/testing/random.ts';
import { encode } from '../../../isa/encode.ts';
import { type Item, type Kind, type Part, part, randomItem } from './items.ts';
import { PLACE, SEEN } from './layout.ts';
import { KINDS, REGISTER, pick, randomInstruction } from './random-instruction.ts';

/** The code of a stream. */
export interface Stream {
  readonly bytes: Uint8Array;
  /** Offset of the environment call that ends it. */
  readonly end: number;
  /** Offsets of its instructions. */
  readonly instructions: readonly number[];
}

export interface StreamOptions {
  readonly kind: Kind;
  /** Whether there are page tables, whether or not it runs with them. */
  readonly hasSpace: boolean;
  readonly items: number;
  /** How many of a hundred items are about privilege, traps and translation. */
  readonly privileged: number;
}

const END_BYTES = 4;
/** A branch reaches 4 KiB. */
const MOST_BYTES = 3700;
const SUBROUTINE_INSTRUCTIONS = 6;
/** Behind all items: where the subroutine stands. */
const SUBROUTINE = Infinity;
const bytesOf = (items: readonly Item[]): number => items.flat().reduce((sum, { bytes }) => sum + bytes, 0);

/** U-mode's view of code, seen from where the stream runs, in pages of 4 KiB. */
function shiftToUser({ mode, translated }: Kind, hasSpace: boolean): number {
  if (translated) return (SEEN.userCode - SEEN.supervisorCode) / 4096;
  return mode === 'm' && hasSpace ? (SEEN.userCode - PLACE.code) / 4096 : 0;
}

function subroutine(random: Random): Item {
  const body = Array.from({ length: SUBROUTINE_INSTRUCTIONS }, (): Part => {
    const instruction = pick(random, pick(random, [KINDS.computing, KINDS.computing, KINDS.floating]));
    return { bits: randomInstruction(random, instruction), bytes: instruction.bytes };
  });
  return [...body, part('jalr', { rs1: REGISTER.scratch2 })];
}

/** Random items in a loop. */
function loopOf(random: Random, { kind, hasSpace, items: count, privileged }: StreamOptions): Item[] {
  const call: Item = [{ name: 'jal', bytes: 4, operands: { rd: REGISTER.scratch2 }, ahead: SUBROUTINE }];
  const shift = shiftToUser(kind, hasSpace);
  const items: Item[] = [];
  while (items.length < count && bytesOf(items) < MOST_BYTES)
    items.push(random(24) === 0 ? call : randomItem(random, kind, privileged, shift));
  const count1 = part('addi', { rd: REGISTER.outer, rs1: REGISTER.outer, imm: -1 });
  items.push([count1, part('blt', { rs1: 0, rs2: REGISTER.outer, imm: -bytesOf(items) - count1.bytes })]);
  return items;
}

class Writer {
  readonly instructions: number[] = [];
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer);
  }

  /** @param target offset of what comes so many items later */
  write(item: Item, target: (ahead: number) => number): void {
    for (const each of item) {
      const bits = 'bits' in each ? each.bits : this.#distant(each, target(each.ahead));
      if (each.bytes === 2) this.#view.setUint16(this.at, bits, true);
      else this.#view.setUint32(this.at, bits, true);
      this.instructions.push(this.at);
      this.at += each.bytes;
    }
  }

  #distant(each: Extract<Part, { name: string }>, target: number): number {
    return encode(each.name, { ...each.operands, imm: target - this.at + (each.behind ?? 0) });
  }
}

/** A loop around random items, an environment call, and at some distance a subroutine, perhaps on another page. */
export function randomStream(random: Random, options: StreamOptions): Stream {
  const items = loopOf(random, options);
  const routine = subroutine(random);
  const end = bytesOf(items);
  const routineAt = end + END_BYTES + (random(2) === 0 ? 0 : 4 * random(1200));
  const places = items.map((_, index) => bytesOf(items.slice(0, index)));
  const bytes = new Uint8Array(routineAt + bytesOf([routine]));
  const writer = new Writer(bytes);
  items.forEach((item, index) =>
    writer.write(item, (ahead) => (ahead === SUBROUTINE ? routineAt : (places[index + ahead] ?? end))),
  );
  const instructions = [...writer.instructions];
  writer.write([part('ecall')], () => end);
  writer.at = routineAt;
  writer.write(routine, () => end);
  return { bytes, end, instructions };
}
