import { HART, PAGE_BYTES } from '../core-layout.ts';
import type { Meaning } from '../meaning/meanings.ts';
import { EXTENSIONS, I32, I32_LOAD, I64, I64_LOAD, LOADS, OP, STORES } from '../wasm/opcodes.ts';
import { type Body, type Label, LOCAL } from './body.ts';
import type { Operation } from './operation.ts';
import type { Span } from './spans.ts';

type Load = Extract<Meaning, { kind: 'load' }>;
type Store = Extract<Meaning, { kind: 'store' }>;
type Atomic = Extract<Meaning, { kind: 'atomic' }>;

const bytesOf = (type: string): number => Number(type.slice(1)) / 8;

/** Asks the TLB for the address on the stack: leaves whether the page is known and the address aligned. */
export function lookUp(body: Body, tlb: number, bytes: number): void {
  tagOf(body, tlb);
  body.get(LOCAL.address);
  body.i64(-PAGE_BYTES + bytes - 1);
  body.bytes.code(OP.i64And, OP.i64Eq);
}

/** Finds the entry of the TLB for the address on the stack: leaves the page that it is of. */
function tagOf(body: Body, tlb: number): void {
  body.tee(LOCAL.address);
  body.bytes.byte(OP.i32WrapI64);
  body.i32(8);
  body.bytes.byte(OP.i32ShrU);
  body.i32(0xff0);
  body.bytes.byte(OP.i32And);
  body.get(tlb);
  body.bytes.byte(OP.i32Add);
  body.tee(LOCAL.entry);
  body.access(I64_LOAD);
}

/** The address in the core's memory, when the TLB had it. */
function place(body: Body): void {
  body.get(LOCAL.address);
  body.bytes.byte(OP.i32WrapI64);
  body.get(LOCAL.entry);
  body.access(I32_LOAD, 8);
  body.bytes.byte(OP.i32Add);
}

/** @param resume out of the region: the core said where the interpreter goes on */
export function emitLoad(body: Body, op: Operation, load: Load, span: Span | undefined, resume: Label): void {
  if (span) loadInSpan(body, op, load, span, resume);
  else loadAlone(body, op, load, resume);
  if (body.keeps(op.rd) && load.set === 'fd.s') body.box();
  body.write(op.rd);
}

function loadAlone(body: Body, op: Operation, load: Load, resume: Label): void {
  const bytes = bytesOf(load.type);
  load.address(body, op);
  lookUp(body, LOCAL.readTlb, bytes);
  body.expect(true);
  body.open(OP.if, I64);
  place(body);
  body.access(LOADS[load.type] ?? 0);
  body.else();
  body.i32(body.hart);
  body.get(LOCAL.address);
  body.i32(bytes);
  body.i32(op.address);
  body.callImport({ name: 'regionLoad', takes: [I32, I64, I32, I32], gives: I64 });
  const extension = EXTENSIONS[load.type];
  if (extension !== undefined) body.bytes.byte(extension);
  body.hartField(I32_LOAD, HART.REGION_OUTCOME);
  body.expect(false);
  body.branch(resume, OP.brIf);
  body.close();
}

function loadInSpan(body: Body, op: Operation, { type }: Load, span: Span, resume: Label): void {
  if (op === span.first) findSpan(body, span, resume);
  body.get(LOCAL.spans + span.place);
  body.access(LOADS[type] ?? 0, op.imm - span.low);
}

/**
 * Asks once for all that a span reaches: its place in the core's memory is kept. Where it is not in one page that the
 * core knows, the interpreter goes on, and does one after the other.
 */
function findSpan(body: Body, { kind, first, low, bytes, place: at }: Span, resume: Label): void {
  body.read(first.rs1);
  if (low !== 0) {
    body.i64(low);
    body.bytes.byte(OP.i64Add);
  }
  tagOf(body, kind === 'load' ? LOCAL.readTlb : LOCAL.writeTlb);
  body.get(LOCAL.address);
  body.bytes.byte(OP.i64Xor);
  body.i64(PAGE_BYTES - bytes);
  body.bytes.byte(OP.i64LeU);
  body.expect(true);
  body.open(OP.if, I32);
  place(body);
  body.else();
  body.i32(body.hart);
  body.get(LOCAL.address);
  body.i32(bytes);
  body.i32(first.address);
  body.base();
  body.i32(body.place);
  const name = kind === 'load' ? 'regionLoadSpan' : 'regionStoreSpan';
  body.callImport({ name, takes: [I32, I64, I32, I32, I64, I32], gives: I32 });
  body.tee(LOCAL.entry);
  body.bytes.byte(OP.i32Eqz);
  body.expect(false);
  body.branch(resume, OP.brIf);
  body.get(LOCAL.entry);
  body.close();
  body.set(LOCAL.spans + at);
}

export function emitStore(body: Body, op: Operation, store: Store, span: Span | undefined, resume: Label): void {
  if (!span) return storeAlone(body, op, store, resume);
  if (op === span.first) findSpan(body, span, resume);
  body.get(LOCAL.spans + span.place);
  store.value(body, op);
  body.access(STORES[store.type] ?? 0, op.imm - span.low);
}

function storeAlone(body: Body, op: Operation, { type, address, value }: Store, resume: Label): void {
  body.copy(op.rs2);
  address(body, op);
  lookUp(body, LOCAL.writeTlb, bytesOf(type));
  body.expect(true);
  body.open(OP.if);
  place(body);
  value(body, op);
  body.access(STORES[type] ?? 0);
  body.else();
  body.i32(body.hart);
  body.get(LOCAL.address);
  body.i32(bytesOf(type));
  value(body, op);
  body.i32(op.address);
  body.callImport({ name: 'regionStore', takes: [I32, I64, I32, I64, I32], gives: I32 });
  body.expect(false);
  body.branch(resume, OP.brIf);
  body.close();
}

/** The block of 64 bytes that the address in the register lies in. */
export function emitZero(body: Body, op: Operation, resume: Label): void {
  body.i32(body.hart);
  body.read(op.rs1);
  body.i32(op.address);
  body.callImport({ name: 'regionZero', takes: [I32, I64, I32], gives: I32 });
  body.expect(false);
  body.branch(resume, OP.brIf);
}

/** Opcodes after 0xfe of the operations on 32 and on 64 bits; those on 32 bits that widen are not used. */
const ATOMIC: Readonly<Record<string, readonly [number, number]>> = {
  add: [0x1e, 0x1f],
  and: [0x2c, 0x2d],
  or: [0x33, 0x34],
  xor: [0x3a, 0x3b],
  xchg: [0x41, 0x42],
};

export function emitAtomic(body: Body, op: Operation, { type, operation }: Atomic, resume: Label): void {
  const wide = type === 'i64';
  body.i32(body.hart);
  body.read(op.rs1);
  body.i32(bytesOf(type));
  body.i32(op.address);
  body.callImport({ name: 'regionAtomic', takes: [I32, I64, I32, I32], gives: I32 });
  body.tee(LOCAL.entry);
  body.bytes.byte(OP.i32Eqz);
  body.expect(false);
  body.branch(resume, OP.brIf);
  body.get(LOCAL.entry);
  body.read(op.rs2);
  if (!wide) body.bytes.byte(OP.i32WrapI64);
  body.bytes.code(0xfe, ATOMIC[operation]?.[wide ? 1 : 0] ?? 0, wide ? 3 : 2, 0);
  if (!wide) body.bytes.byte(OP.i64ExtendI32S);
  body.write(op.rd);
  body.hartField(I32_LOAD, HART.REGION_OUTCOME);
  body.expect(false);
  body.branch(resume, OP.brIf);
}
