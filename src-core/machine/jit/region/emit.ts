import { FS_DIRTY, HART, OUTCOME, PAGE_BYTES } from '../core-layout.ts';
import { DYNAMIC } from '../meaning/operands.ts';
import { MEANINGS, REGION, type Float, type Meaning } from '../meaning/meanings.ts';
import type { Bytes } from '../wasm/bytes.ts';
import { ATOMIC_FENCE, I32_LOAD, I32_STORE, I64_LOAD, I64_STORE, OP } from '../wasm/opcodes.ts';
import { emitAtomic, emitLoad, emitStore, emitZero, lookUp } from './access.ts';
import { translates } from './blocks.ts';
import { Body, type BodyPlace, type Hint, type Import, type Label, LOCAL } from './body.ts';
import { CHAIN } from './chain.ts';
import { findLoops, type Part } from './loops.ts';
import type { Operation } from './operation.ts';
import { placeKey } from './place.ts';
import type { RegionBlock } from './shared.ts';
import { emitCsr, emitLoadReserved, emitStoreConditional } from './system.ts';
import { findSpans, type Span } from './spans.ts';

/** Where a region lives. */
export interface RegionPlace extends BodyPlace {
  /** Whether other harts may look on. */
  readonly fences: boolean;
  /** Operations that are in no span, by `placeKey`. */
  readonly alone: ReadonlySet<number>;
}

/** Parts that follow each other in a loop: the way back to its choice, to the beginnings of the parts, and where we are. */
interface Level {
  readonly parts: readonly Part[];
  readonly again: Label;
  readonly beginnings: Label[];
  at: number;
}

const OUTSIDE: Level = { parts: [], again: 0, beginnings: [], at: 0 };

/** Besides OUTCOME, but only within a function: another region goes on. */
const CHAINED = -1;

/** Nothing, that floating point is on, and that it is marked as changed besides. */
const FLOAT = { unknown: 0, on: 1, dirty: 2 };

const FROM_REGION_OP = -0x1_0000_0000 + 0xffff;

/** Writes the function of a region: `node` is the number of the block that it begins with. */
export class RegionEmitter {
  readonly #body: Body;
  readonly #blocks: readonly RegionBlock[];
  /** By `placeKey`. */
  readonly #numbers: ReadonlyMap<number, number>;
  readonly #where: RegionPlace;
  /** The page of the block at hand. */
  #table = 0;
  /** Where a pc is looked up that may be another block of this region, perhaps in another page. */
  #lookup: Label = 0;
  /** Out of the function: to a pc, or for the interpreter to go on at an operation. */
  #jump: Label = 0;
  #resume: Label = 0;
  /** What the block at hand is in, outermost first. */
  readonly #around: Level[] = [];
  #spans: ReadonlyMap<Operation, Span> = new Map();
  /** What is known of floating point in the block at hand: one of FLOAT. */
  #floatKnown = 0;
  #roundingChecked = false;

  constructor(blocks: readonly RegionBlock[], where: RegionPlace) {
    this.#body = new Body(where);
    this.#blocks = blocks;
    this.#numbers = new Map(blocks.map((block, number) => [placeKey(block), number]));
    this.#where = where;
  }

  emit(): { code: Bytes; hints: readonly Hint[]; imports: readonly Import[] } {
    const body = this.#body;
    body.i32(OUTCOME.RESUME);
    body.set(LOCAL.why);
    body.loadTlbs();
    body.hartField(I32_LOAD, HART.FETCH_TLB);
    body.set(LOCAL.fetchTlb);
    this.#resume = body.open(OP.block);
    this.#jump = body.open(OP.block);
    const ways = this.#blocks.map(({ table, operations, joins }) =>
      [...operations.flatMap(goesNear), ...(joins ? [joins.offset] : [])].flatMap(
        (offset) => this.#numbers.get(placeKey({ table, offset })) ?? [],
      ),
    );
    this.#parts(findLoops(ways), null);
    body.close();
    this.#storeField(HART.PC, I64_STORE, () => body.get(LOCAL.pc));
    body.i32(OUTCOME.DONE);
    body.set(LOCAL.why);
    body.close();
    this.#storeField(HART.LEFT, I32_STORE, () => body.get(LOCAL.budget));
    this.#storeField(HART.REGION_PAGE, I64_STORE, () => body.base());
    this.#chain();
    return { ...body.finished(), imports: body.imports };
  }

  /** When another region goes on: this function is done. */
  #chain(): void {
    const body = this.#body;
    body.get(LOCAL.why);
    body.i32(CHAINED);
    body.bytes.byte(OP.i32Eq);
    body.open(OP.if);
    for (const local of [LOCAL.node, LOCAL.base, LOCAL.budget, LOCAL.float]) body.get(local);
    body.get(LOCAL.value);
    body.i64(32);
    body.bytes.code(OP.i64ShrU, OP.i32WrapI64);
    body.callImport(CHAIN, OP.returnCall);
    body.close();
  }

  #storeField(field: number, opcode: number, value: () => void): void {
    this.#body.i32(0);
    value();
    this.#body.access(opcode, this.#body.hart + field);
  }

  /**
   * A loop around some parts, which begins with the one that holds block `node`. Within a loop that the guest has,
   * that is nearly always its first block.
   */
  #parts(parts: readonly Part[], head: number | null): void {
    const body = this.#body;
    const again = body.open(OP.loop);
    const isOutermost = this.#around.length === 0;
    if (isOutermost) this.#lookup = body.open(OP.block);
    const level: Level = { parts, again, beginnings: [], at: 0 };
    this.#around.push(level);
    for (let at = parts.length - 1; at >= 0; at--) level.beginnings[at] = body.open(OP.block);
    this.#choose(level, head);
    parts.forEach((part, at) => {
      body.close();
      level.at = at;
      if (part.kind === 'loop') this.#loop(part);
      else this.#block(part.first);
    });
    this.#around.pop();
    if (isOutermost) {
      body.close();
      this.#lookUp(again);
    }
    body.close();
  }

  #choose({ parts, beginnings }: Level, head: number | null): void {
    const body = this.#body;
    const first = parts[0]?.first ?? 0;
    if (head !== null) {
      body.get(LOCAL.node);
      body.i32(head);
      body.bytes.byte(OP.i32Eq);
      body.branch(beginnings[0] ?? 0, OP.brIf);
    }
    body.get(LOCAL.node);
    body.i32(first);
    body.bytes.byte(OP.i32Sub);
    body.branchTable(parts.flatMap((part, at) => Array.from(numbersOf(part), () => beginnings[at] ?? 0)));
  }

  #loop({ first, last, parts }: Extract<Part, { kind: 'loop' }>): void {
    if (first !== last) {
      this.#parts(parts, first);
      return;
    }
    // One block that jumps to itself has nothing to choose from.
    const again = this.#body.open(OP.loop);
    this.#around.push({ parts, again, beginnings: [], at: 0 });
    this.#block(first);
    this.#around.pop();
    this.#body.close();
  }

  #block(number: number): void {
    this.#floatKnown = FLOAT.unknown;
    this.#roundingChecked = false;
    const block = this.#blocks[number];
    if (!block) return;
    this.#body.forgetCopies();
    this.#table = block.table;
    this.#spans = findSpans(block.operations, ({ at }) =>
      this.#where.alone.has(placeKey({ table: block.table, offset: at })),
    );
    for (const op of block.operations) {
      const meaning = MEANINGS[op.number];
      if (!meaning || meaning.kind === 'leave' || !translates(op)) {
        this.#leave(op);
        return;
      }
      this.#operation(op, meaning);
    }
    if (!block.joins) return;
    this.#retire(block.joins.retired);
    this.#begin(this.#numbers.get(placeKey(block.joins)) ?? 0);
  }

  #operation(op: Operation, meaning: Exclude<Meaning, { kind: 'leave' }>): void {
    const body = this.#body;
    if ('float' in meaning) this.#checkFloat(op, meaning.float, meaning.kind === 'store');
    switch (meaning.kind) {
      case 'nothing':
        return;
      case 'fence':
        if (this.#where.fences) body.bytes.code(...ATOMIC_FENCE);
        return;
      case 'compute':
        // What is not kept may still raise floating-point flags.
        if (!body.keeps(op.rd) && meaning.float === 'none') return;
        meaning.value.emit(body, op);
        body.write(op.rd);
        return;
      case 'load':
        return emitLoad(body, op, meaning, this.#spans.get(op), this.#resume);
      case 'store':
        return emitStore(body, op, meaning, this.#spans.get(op), this.#resume);
      case 'zero':
        return emitZero(body, op, this.#resume);
      case 'atomic':
        return emitAtomic(body, op, meaning, this.#resume);
      case 'reserve':
        return emitLoadReserved(body, op, meaning.bytes, this.#resume);
      case 'conditional':
        return emitStoreConditional(body, op, meaning.bytes, this.#resume);
      case 'csr':
        emitCsr(body, op, this.#resume);
        this.#floatKnown = FLOAT.unknown;
        return;
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
    const isNear = offset >= 0 && offset < PAGE_BYTES;
    const number = isNear ? this.#numbers.get(placeKey({ table: this.#table, offset })) : undefined;
    this.#retire(retired);
    if (number === undefined) {
      body.inPage(offset);
      body.set(LOCAL.pc);
      body.branch(this.#lookup);
      return;
    }
    this.#whenUsedUp(() => {
      body.inPage(offset);
      body.set(LOCAL.pc);
    });
    this.#begin(number);
  }

  /** Goes on with a block: forward to it, or back by way of the innermost loop that it is in. */
  #begin(number: number): void {
    const body = this.#body;
    for (let depth = this.#around.length - 1; depth >= 0; depth--) {
      const { parts, at, beginnings, again } = this.#around[depth] ?? OUTSIDE;
      const index = parts.findIndex(({ first, last }) => first <= number && number <= last);
      if (index < 0) continue;
      const forward = index > at;
      if (forward ? choosesIn(parts[index]) : parts.length > 1) {
        body.i32(number);
        body.set(LOCAL.node);
      }
      body.branch(forward ? (beginnings[index] ?? 0) : again);
      return;
    }
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
    body.expect(false);
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
    body.branch(this.#lookup);
  }

  /** Goes on with the block at pc if the page's table has an entry into this region there; else out, to pc. */
  #lookUp(again: Label): void {
    const body = this.#body;
    this.#whenUsedUp(() => {});
    body.get(LOCAL.pc);
    lookUp(body, LOCAL.fetchTlb, 1);
    body.expect(true);
    body.open(OP.if);
    this.#entryAtPc();
    body.tee(LOCAL.value);
    body.i64(FROM_REGION_OP);
    body.bytes.byte(OP.i64And);
    body.i64(this.#where.place * 2 ** 32 + REGION);
    body.bytes.byte(OP.i64Eq);
    body.open(OP.if);
    this.#enter();
    body.branch(again);
    body.close();
    this.#noteExit();
    body.get(LOCAL.value);
    body.bytes.byte(OP.i32WrapI64);
    body.i32(0xffff);
    body.bytes.byte(OP.i32And);
    body.i32(REGION);
    body.bytes.byte(OP.i32Eq);
    body.open(OP.if);
    this.#enter();
    body.i32(CHAINED);
    body.set(LOCAL.why);
    body.branch(this.#resume);
    body.close();
    body.branch(this.#jump);
    body.close();
    this.#noteExit();
    body.branch(this.#jump);
  }

  /** What stands in the page's table is at hand: the block of a region, in the page of pc. */
  #enter(): void {
    const body = this.#body;
    body.get(LOCAL.value);
    body.bytes.byte(OP.i32WrapI64);
    body.i32(16);
    body.bytes.byte(OP.i32ShrU);
    body.set(LOCAL.node);
    body.get(LOCAL.pc);
    body.i64(-PAGE_BYTES);
    body.bytes.byte(OP.i64And);
    body.set(LOCAL.base);
  }

  /** It is left for a block that it does not have: core/regions/sample.ts looks whether it should. */
  #noteExit(): void {
    this.#storeField(HART.EXITS, I32_STORE, () => {
      this.#body.hartField(I32_LOAD, HART.EXITS);
      this.#body.i32(1);
      this.#body.bytes.byte(OP.i32Add);
    });
    this.#storeField(HART.EXIT_FROM, I32_STORE, () => this.#body.i32(this.#where.place));
    this.#storeField(HART.EXIT_PC, I64_STORE, () => this.#body.get(LOCAL.pc));
  }

  /** The first half of what stands in the page's table for pc; the page's entry of the TLB is at hand. */
  #entryAtPc(): void {
    const body = this.#body;
    body.get(LOCAL.entry);
    body.access(I32_LOAD, 8);
    body.get(LOCAL.pc);
    body.bytes.byte(OP.i32WrapI64);
    body.i32(PAGE_BYTES - 2);
    body.bytes.byte(OP.i32And);
    body.i32(1);
    body.bytes.byte(OP.i32Shl);
    body.bytes.byte(OP.i32Add);
    body.access(I32_LOAD);
    body.access(I64_LOAD);
  }

  /**
   * Floating point that is off, or not yet marked as changed by what changes it, and reserved rounding modes are the
   * interpreter's.
   */
  #checkFloat(op: Operation, float: Float, onlyReads: boolean): void {
    const body = this.#body;
    if (float === 'none') return;
    const needed = onlyReads ? FLOAT.on : FLOAT.dirty;
    if (this.#floatKnown < needed) {
      this.#floatKnown = needed;
      body.hartField(I32_LOAD, HART.MSTATUS);
      body.i32(FS_DIRTY);
      body.bytes.byte(OP.i32And);
      if (onlyReads) body.bytes.byte(OP.i32Eqz);
      else {
        body.i32(FS_DIRTY);
        body.bytes.byte(OP.i32Ne);
      }
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
    this.#body.expect(false);
    this.#body.open(OP.if);
    this.#leave(op);
    this.#body.close();
  }
}

/** Offsets in the page to which an operation may jump. */
function goesNear({ number, imm }: Operation): number[] {
  const meaning = MEANINGS[number];
  if (meaning?.kind === 'branch') return meaning.far ? [] : [imm >> 1];
  return meaning?.kind === 'internal' && meaning.name === 'end' ? [imm] : [];
}

/** Whether what begins with the part depends on `node`. */
function choosesIn(part: Part | undefined): boolean {
  return part?.kind === 'loop' && part.first !== part.last;
}

function* numbersOf({ first, last }: Part): Generator<number> {
  for (let number = first; number <= last; number++) yield number;
}
