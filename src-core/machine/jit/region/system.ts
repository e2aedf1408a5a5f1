/** Instructions of an operating system that are frequent in what else is translated: some CSRs, and LR and SC. */
import { csrNumber } from '../../isa/registers.ts';
import { HART } from '../core-layout.ts';
import { I32, I32_LOAD, I64, OP } from '../wasm/opcodes.ts';
import { type Body, type Label, LOCAL } from './body.ts';
import type { Operation } from './operation.ts';

const SSTATUS = csrNumber('sstatus');
/** Besides sstatus, registers that only keep a value: nothing else in a region depends on them. */
const KEPT = new Set([SSTATUS, ...['sscratch', 'sepc', 'scause', 'stval'].map((name) => csrNumber(name))]);
const IMMEDIATE = 0x4000;
/** Of regionStoreConditional: neither stored nor not. */
const UNDONE = 2;

/** The parts of a CSR instruction, "Zicsr": its bits are what the interpreter has of it. */
function partsOf({ imm }: Operation): { csr: number; source: number; isImmediate: boolean; rd: number } {
  const bits = imm >>> 0;
  return {
    csr: bits >>> 20,
    source: (bits >>> 15) & 31,
    isImmediate: (bits & IMMEDIATE) !== 0,
    rd: (bits >>> 7) & 31,
  };
}

/** Whether a CSR instruction is one that regions carry out. */
export function isKept(op: Operation): boolean {
  return KEPT.has(partsOf(op).csr);
}

/** What was looked up before is looked up again after: sstatus says what may be accessed, and whether floating point is on. */
export function emitCsr(body: Body, op: Operation, resume: Label): void {
  const { csr, source, isImmediate, rd } = partsOf(op);
  body.i32(body.hart);
  body.i32(op.imm);
  if (isImmediate) body.i64(source);
  else body.read(body.register(source));
  body.i32(op.address);
  body.callImport({ name: 'regionCsr', takes: [I32, I32, I64, I32], gives: I64 });
  body.hartField(I32_LOAD, HART.REGION_OUTCOME);
  body.expect(false);
  body.branch(resume, OP.brIf);
  if (rd === 0) body.bytes.byte(OP.drop);
  else body.write(body.register(rd));
  if (csr === SSTATUS) body.loadTlbs();
}

export function emitLoadReserved(body: Body, op: Operation, bytes: number, resume: Label): void {
  body.i32(body.hart);
  body.read(op.rs1);
  body.i32(bytes);
  body.i32(op.address);
  body.callImport({ name: 'regionLoadReserved', takes: [I32, I64, I32, I32], gives: I64 });
  body.hartField(I32_LOAD, HART.REGION_OUTCOME);
  body.expect(false);
  body.branch(resume, OP.brIf);
  body.write(op.rd);
}

export function emitStoreConditional(body: Body, op: Operation, bytes: number, resume: Label): void {
  body.i32(body.hart);
  body.read(op.rs1);
  body.i32(bytes);
  body.read(op.rs2);
  body.i32(op.address);
  body.callImport({ name: 'regionStoreConditional', takes: [I32, I64, I32, I64, I32], gives: I32 });
  body.tee(LOCAL.entry);
  body.i32(UNDONE);
  body.bytes.byte(OP.i32Eq);
  body.expect(false);
  body.branch(resume, OP.brIf);
  body.get(LOCAL.entry);
  body.bytes.byte(OP.i64ExtendI32U);
  body.write(op.rd);
  body.hartField(I32_LOAD, HART.REGION_OUTCOME);
  body.expect(false);
  body.branch(resume, OP.brIf);
}
