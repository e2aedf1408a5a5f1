import { FS_DIRTY, HART, OUTCOME, PAGE_BYTES } from '../core-layout.ts';
import { DYNAMIC } from '../meaning/operands.ts';
import { MEANINGS, REGION, type Float, type Meaning } from '../meaning/meanings.ts';
import type { Bytes } from '../wasm/bytes.ts';
import { I32_LOAD, I32_STORE, I64_LOAD, I64_STORE, OP } from '../wasm/opcodes.ts';
import { emitAtomic, emitLoad, emitStore } from './access.ts';
import type { RegionBlock } from './blocks.ts';
import { Body, type Import, type Label, LOCAL } from './body.ts';
import type { Operation } from './operation.ts';

/** Where a region lives. */
export interface RegionPlace {
  /** Addresses in the core's memory: the hart's state, its registers, where writes to x0 go. */
  readonly hart: number;
  readonly registers: number;
  readonly sink: number;
  /** The page's table of blocks, and the region's place in the table of functions. */
  readonly table: number;
  readonly place: number;
}

const FROM_REGION_OP = -0x1_0000_0000 + 0xffff;

/** Writes the function of a region: `node` is the number of the block that it begins with. */
export class RegionEmitter {
  readonly #body: Body;
  readonly #blocks: readonly RegionBlock[];
  readonly #numbers: ReadonlyMap<number, number>;
  readonly #where: RegionPlace;
  /** Out of the function: to a pc, or for the interpreter to go on at an operation. */
  #jump: Label = 0;
  #resume: Label = 0;
  /** To the choice by `node`, and to the beginning of a block that comes later. */
  #again: Label = 0;
  readonly #beginnings: Label[] = [];
  /** The block at hand: its number, and the loop that it is when it jumps to itself. */
  #number = 0;
  #itself: Label | null = null;
  #floatChecked = false;
  #roundingChecked = false;

  constructor(blocks: readonly RegionBlock[], where: RegionPlace) {
    this.#body = new Body(where.hart, where.registers, where.sink);
    this.#blocks = blocks;
    this.#numbers = new Map(blocks.map(({ offset }, number) => [offset, number]));
    this.#where = where;
  }

  emit(): { code: Bytes; imports: readonly Import[] } {
    const body = this.#body;
    body.i32(OUTCOME.RESUME);
    body.set(LOCAL.why);
    body.hartField(I32_LOAD, HART.READ_TLB);
    body.set(LOCAL.readTlb);
    body.hartField(I32_LOAD, HART.WRITE_TLB);
    body.set(LOCAL.writeTlb);
    this.#resume = body.open(OP.block);
    this.#jump = body.open(OP.block);
    this.#again = body.open(OP.loop);
    for (let number = this.#blocks.length - 1; number >= 0; number--) this.#beginnings[number] = body.open(OP.block);
    body.get(LOCAL.node);
    body.branchTable(this.#beginnings);
    this.#blocks.forEach((block, number) => {
      body.close();
      this.#block(block, number);
    });
    body.close();
    body.close();
    this.#storeField(HART.PC, I64_STORE, () => body.get(LOCAL.pc));
    body.i32(OUTCOME.DONE);
    body.set(LOCAL.why);
    body.close();
    this.#storeField(HART.LEFT, I32_STORE, () => body.get(LOCAL.budget));
    return { code: body.finished(), imports: body.imports };
  }

  #storeField(field: number, opcode: number, value: () => void): void {
    this.#body.i32(0);
    value();
    this.#body.access(opcode, this.#body.hart + field);
  }

  #block({ offset, operations }: RegionBlock, number: number): void {
    const body = this.#body;
    this.#number = number;
    this.#floatChecked = this.#roundingChecked = false;
    const loops = operations.some((op) => {
      const meaning = MEANINGS[op.number];
      return goesNear(meaning, op) === offset;
    });
    this.#itself = loops ? body.open(OP.loop) : null;
    for (const op of operations) {
      const meaning = MEANINGS[op.number];
      if (!meaning || meaning.kind === 'leave') {
        this.#leave(op);
        break;
      }
      this.#operation(op, meaning);
    }
    if (loops) body.close();
  }

  #operation(op: Operation, meaning: Exclude<Meaning, { kind: 'leave' }>): void {
    const body = this.#body;
    if ('float' in meaning) this.#checkFloat(op, meaning.float);
    switch (meaning.kind) {
      case 'nothing':
        return;
      case 'compute':
        // What is not kept may still raise floating-point flags.
        if (!body.keeps(op.rd) && meaning.float === 'none') return;
        meaning.value.emit(body, op);
        body.write(op.rd);
        return;
      case 'load':
        return emitLoad(body, op, meaning, this.#resume);
      case 'store':
        return emitStore(body, op, meaning, this.#resume);
      case 'atomic':
        return emitAtomic(body, op, meaning, this.#resume);
      case 'branch':
        meaning.condition(body, op);
        body.open(OP.if);
        this.#goTo(meaning.far ? op.imm : op.imm >> 1, op.retiredBefore + 1);
        body.close();
        return;
      case 'internal':
        return this.#internal(op, meaning.name);
    }
  }

  #internal(op: Operation, name: Extract<Meaning, { kind: 'internal' }>['name']): void {
    const body = this.#body;
    switch (name) {
      case 'li':
        body.i64(op.imm);
        return body.write(op.rd);
      case 'mv':
        body.read(op.rs1);
        return body.write(op.rd);
      case 'link':
        body.inPage(op.imm);
        return body.write(op.rd);
      case 'end':
        return this.#goTo(op.imm, op.retiredBefore);
      case 'jal.far':
        body.inPage(op.rs2);
        body.write(op.rd);
        return this.#goTo(op.imm, op.retiredBefore + 1);
      default:
        return this.#indirect(op, name === 'jalr');
    }
  }

  /** `retired` instructions of the block are done; it goes on at an offset of the page, perhaps beyond it. */
  #goTo(offset: number, retired: number): void {
    const body = this.#body;
    const number = offset >= 0 && offset < PAGE_BYTES ? this.#numbers.get(offset) : undefined;
    this.#retire(retired);
    if (number === undefined) {
      body.inPage(offset);
      body.set(LOCAL.pc);
      body.branch(this.#jump);
      return;
    }
    this.#whenUsedUp(() => {
      body.inPage(offset);
      body.set(LOCAL.pc);
    });
    this.#begin(number);
  }

  #begin(number: number): void {
    const body = this.#body;
    if (number === this.#number && this.#itself !== null) return body.branch(this.#itself);
    if (number > this.#number) return body.branch(this.#beginnings[number] ?? 0);
    body.i32(number);
    body.set(LOCAL.node);
    body.branch(this.#again);
  }

  #retire(instructions: number): void {
    const body = this.#body;
    if (instructions === 0) return;
    body.get(LOCAL.budget);
    body.i32(instructions);
    body.bytes.byte(OP.i32Sub);
    body.set(LOCAL.budget);
  }

  #whenUsedUp(before: () => void): void {
    const body = this.#body;
    body.get(LOCAL.budget);
    body.i32(0);
    body.bytes.byte(OP.i32LeS);
    body.open(OP.if);
    before();
    body.branch(this.#jump);
    body.close();
  }

  /** Lets the interpreter go on at an operation. */
  #leave(op: Operation): void {
    this.#storeField(HART.REGION_OP, I32_STORE, () => this.#body.i32(op.address));
    this.#body.branch(this.#resume);
  }

  /** A jump through a register stays in the region when the page's table has an entry into this region there. */
  #indirect(op: Operation, links: boolean): void {
    const body = this.#body;
    body.read(op.rs1);
    if (links && op.imm !== 0) {
      body.i64(op.imm);
      body.bytes.byte(OP.i64Add);
    }
    body.i64(-2);
    body.bytes.byte(OP.i64And);
    body.set(LOCAL.pc);
    if (links) {
      body.inPage(op.rs2);
      body.write(op.rd);
    }
    this.#retire(op.retiredBefore + 1);
    this.#whenUsedUp(() => {});
    this.#samePage();
    body.open(OP.if);
    this.#entryAtPc();
    body.tee(LOCAL.value);
    body.i64(FROM_REGION_OP);
    body.bytes.byte(OP.i64And);
    body.i64(this.#where.place * 2 ** 32 + REGION);
    body.bytes.byte(OP.i64Eq);
    body.open(OP.if);
    body.get(LOCAL.value);
    body.bytes.byte(OP.i32WrapI64);
    body.i32(16);
    body.bytes.byte(OP.i32ShrU);
    body.set(LOCAL.node);
    body.branch(this.#again);
    body.close();
    body.close();
    body.branch(this.#jump);
  }

  #samePage(): void {
    const body = this.#body;
    body.get(LOCAL.pc);
    body.i64(-PAGE_BYTES);
    body.bytes.byte(OP.i64And);
    body.base();
    body.bytes.byte(OP.i64Eq);
  }

  /** The first half of what stands in the page's table for pc. */
  #entryAtPc(): void {
    const body = this.#body;
    body.get(LOCAL.pc);
    body.bytes.byte(OP.i32WrapI64);
    body.i32(PAGE_BYTES - 2);
    body.bytes.byte(OP.i32And);
    body.i32(1);
    body.bytes.byte(0x74);
    body.access(I32_LOAD, this.#where.table);
    body.access(I64_LOAD);
  }

  /** Floating point that is off, or not yet marked as changed, and reserved rounding modes are the interpreter's. */
  #checkFloat(op: Operation, float: Float): void {
    const body = this.#body;
    if (float === 'none') return;
    if (!this.#floatChecked) {
      this.#floatChecked = true;
      body.hartField(I32_LOAD, HART.MSTATUS);
      body.i32(FS_DIRTY);
      body.bytes.byte(OP.i32And);
      body.i32(FS_DIRTY);
      body.bytes.byte(0x47);
      this.#leaveIf(op);
    }
    if (float !== 'rounds' || op.rounding !== DYNAMIC || this.#roundingChecked) return;
    this.#roundingChecked = true;
    body.hartField(I32_LOAD, HART.FRM);
    body.i32(4);
    body.bytes.byte(OP.i32GtU);
    this.#leaveIf(op);
  }

  #leaveIf(op: Operation): void {
    this.#body.open(OP.if);
    this.#leave(op);
    this.#body.close();
  }
}

/** The offset in the page that an operation may jump to. */
function goesNear(meaning: Meaning | undefined, { imm }: Operation): number | null {
  if (meaning?.kind === 'branch') return meaning.far ? null : imm >> 1;
  return meaning?.kind === 'internal' && meaning.name === 'end' ? imm : null;
}
