import { HART, OUTCOME } from '../core-layout.ts';
import type { Meaning } from '../meaning/meanings.ts';
import { EXTENSIONS, I32, I32_LOAD, I64, I64_LOAD, LOADS, OP, STORES } from '../wasm/opcodes.ts';
import { type Body, type Label, LOCAL } from './body.ts';
import type { Operation } from './operation.ts';

type Load = Extract<Meaning, { kind: 'load' }>;
type Store = Extract<Meaning, { kind: 'store' }>;
type Atomic = Extract<Meaning, { kind: 'atomic' }>;

const bytesOf = (type: string): number => Number(type.slice(1)) / 8;

/** Asks the TLB for the address on the stack: leaves whether the page is known and the address aligned. */
function lookUp(body: Body, tlb: number, bytes: number): void {
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
  body.get(LOCAL.address);
  body.i64(-4096 + bytes - 1);
  body.bytes.code(OP.i64And, OP.i64Eq);
}

/** The address in the core's memory, when the TLB had it. */
function place(body: Body): void {
  body.get(LOCAL.address);
  body.bytes.byte(OP.i32WrapI64);
  body.get(LOCAL.entry);
  body.access(I32_LOAD, 8);
  body.bytes.byte(OP.i32Add);
}

/** Leaves the region at an operation, for the reason in `why`. */
function leaveAt(body: Body, address: number, exit: Label): void {
  body.i32(address);
  body.set(LOCAL.op);
  body.branch(exit);
}

export function emitLoad(body: Body, op: Operation, load: Load, exit: Label): void {
  const bytes = bytesOf(load.type);
  const kept = body.keeps(op.rd);
  load.address(body, op);
  lookUp(body, LOCAL.readTlb, bytes);
  body.open(OP.if, I64);
  place(body);
  body.access(LOADS[load.type] ?? 0);
  body.else();
  emitSlowLoad(body, op, load, exit);
  body.close();
  if (kept && load.set === 'fd.s') body.box();
  body.write(op.rd);
}

/** By the core: it fills the TLB, reads a device, or finds that the address faults. */
function emitSlowLoad(body: Body, op: Operation, { type, set }: Load, exit: Label): void {
  body.i32(body.hart);
  body.get(LOCAL.address);
  body.i32(bytesOf(type));
  body.callImport({ name: 'regionLoad', takes: [I32, I64, I32], gives: I64 });
  const extension = EXTENSIONS[type];
  if (extension !== undefined) body.bytes.byte(extension);
  body.set(LOCAL.value);
  body.hartField(I32_LOAD, HART.REGION_OUTCOME);
  body.tee(LOCAL.why);
  body.open(OP.if);
  if (body.keeps(op.rd)) {
    body.get(LOCAL.why);
    body.i32(OUTCOME.ATTENTION);
    body.bytes.byte(OP.i32Eq);
    body.open(OP.if);
    body.get(LOCAL.value);
    if (set === 'fd.s') body.box();
    body.write(op.rd);
    body.close();
  }
  leaveAt(body, op.address, exit);
  body.close();
  body.get(LOCAL.value);
}

export function emitStore(body: Body, op: Operation, { type, address, value }: Store, exit: Label): void {
  address(body, op);
  lookUp(body, LOCAL.writeTlb, bytesOf(type));
  body.open(OP.if);
  place(body);
  value(body, op);
  body.access(STORES[type] ?? 0);
  body.else();
  body.i32(body.hart);
  body.get(LOCAL.address);
  body.i32(bytesOf(type));
  value(body, op);
  body.callImport({ name: 'regionStore', takes: [I32, I64, I32, I64], gives: I32 });
  body.tee(LOCAL.why);
  body.open(OP.if);
  leaveAfter(body, op, exit);
  body.close();
  body.close();
}

/** With RESUME the operation is complete, and the interpreter goes on after it. */
function leaveAfter(body: Body, op: Operation, exit: Label): void {
  body.i32(op.address);
  body.get(LOCAL.why);
  body.i32(OUTCOME.RESUME);
  body.bytes.byte(OP.i32Eq);
  body.i32(4);
  body.bytes.code(0x74, OP.i32Add);
  body.set(LOCAL.op);
  body.branch(exit);
}

/** Opcodes after 0xfe of the operations on 32 and on 64 bits; those on 32 bits that widen are not used. */
const ATOMIC: Readonly<Record<string, readonly [number, number]>> = {
  add: [0x1e, 0x1f],
  and: [0x2c, 0x2d],
  or: [0x33, 0x34],
  xor: [0x3a, 0x3b],
  xchg: [0x41, 0x42],
};

export function emitAtomic(body: Body, op: Operation, { type, operation }: Atomic, exit: Label): void {
  const wide = type === 'i64';
  body.i32(body.hart);
  body.read(op.rs1);
  body.i32(bytesOf(type));
  body.callImport({ name: 'regionAtomic', takes: [I32, I64, I32], gives: I32 });
  body.tee(LOCAL.entry);
  body.bytes.byte(OP.i32Eqz);
  body.open(OP.if);
  body.i32(OUTCOME.FAULTED);
  body.set(LOCAL.why);
  leaveAt(body, op.address, exit);
  body.close();
  body.get(LOCAL.entry);
  body.read(op.rs2);
  if (!wide) body.bytes.byte(OP.i32WrapI64);
  body.bytes.code(0xfe, ATOMIC[operation]?.[wide ? 1 : 0] ?? 0, wide ? 3 : 2, 0);
  if (!wide) body.bytes.byte(OP.i64ExtendI32S);
  body.write(op.rd);
  body.hartField(I32_LOAD, HART.REGION_OUTCOME);
  body.tee(LOCAL.why);
  body.open(OP.if);
  leaveAfter(body, op, exit);
  body.close();
}
