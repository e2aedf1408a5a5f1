import { Bytes } from '../wasm/bytes.ts';
import { HART } from '../core-layout.ts';
import { I32, I32_LOAD, I64, I64_LOAD, I64_STORE, NOTHING, OP } from '../wasm/opcodes.ts';
import { type Signature, wasmType } from '../wasm/types.ts';

/** Parameters of a region's function, then its own locals; copies of the guest's registers come after them. */
export const LOCAL = {
  ...{ node: 0, base: 1, budget: 2, float: 3 },
  ...{ pc: 4, address: 5, value: 6, entry: 7, why: 8, readTlb: 9, writeTlb: 10, fetchTlb: 11, spans: 12 },
};
/** How many spans can be under way at a time: see spans.ts. */
export const SPAN_PLACES = 4;
const OWN_WIDE = 3;
const OWN_NARROW = 5 + SPAN_PLACES;
const FIRST_REGISTER = 12 + SPAN_PLACES;

/** A function of the module that regions import from. */
export const CORE_IMPORT = 'core';

export interface Import {
  readonly name: string;
  readonly takes: readonly number[];
  readonly gives: number | null;
}

/** A conditional branch, by its place in the function, that usually goes one way: "Branch Hinting". */
export interface Hint {
  readonly at: number;
  readonly holds: boolean;
}

/** Where a branch can go: the depth of the block or loop that it names. */
export type Label = number;

/** Addresses in the core's memory: the hart's state, its registers, where writes to x0 go. And what the host can do. */
export interface BodyPlace {
  readonly hart: number;
  readonly registers: number;
  readonly sink: number;
  readonly fuses: boolean;
  /** Of the region's function in the table of functions. */
  readonly place: number;
}

/**
 * The inside of a region's function while it is written: its code, and which registers and functions that uses. The guest's
 * registers stay in the core's memory: what is written to one goes there at once, and within a block also into a local, out
 * of which it is read from then on. So there is nothing to bring in where a region is entered, nor out where it is left.
 */
export class Body {
  readonly bytes = new Bytes();
  readonly imports: Import[] = [];
  /** Where branches are, and whether they are usually taken. */
  readonly #hints: Hint[] = [];
  /** Of the hart that the region belongs to, in the core's memory. */
  readonly hart: number;
  /** Whether the host rounds a multiplication and an addition together only once. */
  readonly fuses: boolean;
  /** Where the region is in the table of functions. */
  readonly place: number;
  readonly #zero: number;
  readonly #sink: number;
  readonly #locals = new Map<number, number>();
  /** Registers whose locals have what they have, here and where each block or condition around began. */
  #copied = new Set<number>();
  readonly #copiedAround: Set<number>[] = [];
  #depth = 0;

  constructor({ hart, registers, sink, fuses, place }: BodyPlace) {
    this.hart = hart;
    this.place = place;
    this.fuses = fuses;
    this.#zero = registers;
    this.#sink = sink;
  }

  i32(value: number): void {
    this.bytes.byte(OP.i32Const);
    this.bytes.signed(value | 0);
  }

  i64(value: number): void {
    this.bytes.byte(OP.i64Const);
    this.bytes.signed(value);
  }

  get(local: number): void {
    this.bytes.code(OP.localGet, local);
  }

  set(local: number): void {
    this.bytes.code(OP.localSet, local);
  }

  tee(local: number): void {
    this.bytes.code(OP.localTee, local);
  }

  /** The virtual address of the page of code. */
  base(): void {
    this.get(LOCAL.base);
  }

  /** A virtual address in the page of code, or relative to it. */
  inPage(offset: number): void {
    this.base();
    if (offset === 0) return;
    this.i64(offset);
    this.bytes.byte(OP.i64Add);
  }

  /** A load or store through the address on the stack. */
  access(opcode: number, offset = 0): void {
    this.bytes.code(opcode, 0);
    this.bytes.unsigned(offset);
  }

  /** Loads from a constant address. */
  load(opcode: number, address: number): void {
    this.i32(0);
    this.access(opcode, address);
  }

  hartField(opcode: number, field: number): void {
    this.load(opcode, this.hart + field);
  }

  /** Asks the hart anew where its TLBs for loads and stores are. */
  loadTlbs(): void {
    this.hartField(I32_LOAD, HART.READ_TLB);
    this.set(LOCAL.readTlb);
    this.hartField(I32_LOAD, HART.WRITE_TLB);
    this.set(LOCAL.writeTlb);
  }

  /** Address of one of the guest's integer registers. */
  register(number: number): number {
    return this.#zero + 8 * number;
  }

  /** Leaves the guest's register at that address on the stack. */
  read(register: number): void {
    if (register === this.#zero) this.i64(0);
    else if (this.#copied.has(register)) this.get(this.#local(register));
    else {
      this.load(I64_LOAD, register);
      this.tee(this.#local(register));
      this.#copied.add(register);
    }
  }

  /** The register will be read in one of two ways: only once is it loaded before them. */
  copy(register: number): void {
    if (register === this.#zero || this.#copied.has(register)) return;
    this.read(register);
    this.bytes.byte(OP.drop);
  }

  /** Here one can come from anywhere: no local has what its register has. */
  forgetCopies(): void {
    this.#copied.clear();
  }

  /** Whether writing the register has any effect. */
  keeps(register: number): boolean {
    return register !== this.#sink;
  }

  /** Takes a value of 64 bits from the stack to the register. */
  write(register: number): void {
    if (!this.keeps(register)) {
      this.bytes.byte(OP.drop);
      return;
    }
    const local = this.#local(register);
    this.set(local);
    this.i32(0);
    this.get(local);
    this.access(I64_STORE, register);
    this.#copied.add(register);
  }

  /** Makes a single-precision number of 64 bits out of its bits: "NaN Boxing of Narrower Values". */
  box(): void {
    this.i64(-0x1_0000_0000);
    this.bytes.byte(OP.i64Or);
  }

  call(name: string, { takes, gives }: Signature): void {
    this.callImport({ name, takes: takes.map(wasmType), gives: wasmType(gives) });
  }

  callImport(called: Import, opcode: number = OP.call): void {
    let index = this.imports.findIndex(({ name }) => name === called.name);
    if (index < 0) index = this.imports.push(called) - 1;
    this.bytes.byte(opcode);
    this.bytes.unsigned(index);
  }

  /** Says of the conditional branch that comes next whether its condition usually holds. */
  expect(holds: boolean): void {
    this.#hints.push({ at: this.bytes.length, holds });
  }

  /** Opens a block, loop or condition. */
  open(opcode: number, type = NOTHING): Label {
    this.bytes.code(opcode, type);
    this.#copiedAround.push(new Set(this.#copied));
    return ++this.#depth;
  }

  else(): void {
    this.bytes.byte(OP.else);
    this.#copied = new Set(this.#copiedAround.at(-1));
  }

  close(): void {
    this.bytes.byte(OP.end);
    this.#copied = this.#copiedAround.pop() ?? new Set();
    this.#depth--;
  }

  branch(label: Label, opcode: number = OP.br): void {
    this.bytes.byte(opcode);
    this.bytes.unsigned(this.#depth - label);
  }

  /** Jumps to one of the labels by the number on the stack. */
  branchTable(labels: readonly Label[]): void {
    this.bytes.byte(OP.brTable);
    this.bytes.unsigned(labels.length - 1);
    for (const label of labels) this.bytes.unsigned(this.#depth - label);
  }

  /** The whole function: its locals before what was written so far. */
  finished(): { code: Bytes; hints: readonly Hint[] } {
    const whole = new Bytes();
    whole.unsigned(3);
    for (const [count, type] of [
      [OWN_WIDE, I64],
      [OWN_NARROW, I32],
      [this.#locals.size, I64],
    ] as const) {
      whole.unsigned(count);
      whole.byte(type);
    }
    this.bytes.code(OP.localGet, LOCAL.why, OP.end);
    const before = whole.length;
    whole.append(this.bytes);
    return { code: whole, hints: this.#hints.map(({ at, holds }) => ({ at: at + before, holds })) };
  }

  #local(register: number): number {
    let local = this.#locals.get(register);
    if (local === undefined) {
      local = FIRST_REGISTER + this.#locals.size;
      this.#locals.set(register, local);
    }
    return local;
  }
}
