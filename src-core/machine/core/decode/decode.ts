/** From an instruction's bits to a decoded operation (operation.ts). */
import * as L from '../layout';
import * as D from '../generated/decoding';
import * as O from '../generated/operations';
import * as I from './operands';
import { OP_BYTES } from './operation';

/** What the decoder of a block does after an instruction. */
export const GO_ON: u32 = 0;
/** The operation ends the block. */
export const ENDS: u32 = 1;
/** A direct jump within the page: decoding goes on at `target`; an operation was written, or none. */
export const JUMPS: u32 = 2;
export const JUMPS_SILENTLY: u32 = 3;
/** An operation was written that does nothing, and may be left out. */
export const GO_ON_SILENTLY: u32 = 4;

export let target: u32 = 0;

/** Operands of the instruction at hand: addresses of registers, and the immediate. */
let rd: usize = 0;
let rs1: usize = 0;
let rs2: usize = 0;
let imm: i32 = 0;

/** Address of the table entry for these bits; 0 for an illegal instruction. */
function lookUp(bits: u32): usize {
  const wide = (bits & 3) == 3;
  const bucket = wide
    ? (((bits >> 2) & 31) << 3) | ((bits >> 12) & 7)
    : D.COMPRESSED_BUCKET + ((bits & 3) << 3) + ((bits >> 13) & 7);
  const index = D.BUCKETS + (<usize>bucket << 1);
  const end = D.ENTRIES + <usize>load<u16>(index, 2) * 12;
  for (let entry = D.ENTRIES + <usize>load<u16>(index) * 12; entry < end; entry += 12) {
    if (((bits ^ load<u32>(entry, 4)) & load<u32>(entry)) == 0) return entry;
  }
  return 0;
}

@inline
function x(registers: usize, number: u32): usize {
  return registers + (number << 3);
}

@inline
function xOut(registers: usize, number: u32): usize {
  return number == 0 ? registers + L.X_SINK : registers + (number << 3);
}

@inline
function f(registers: usize, number: u32): usize {
  return registers + L.F_REGISTERS + (number << 3);
}

@inline
function field(bits: u32, low: u32): u32 {
  return (bits >> low) & 31;
}

/** One of the eight registers that the three-bit fields of compressed instructions name. */
@inline
function popular(bits: u32, low: u32): u32 {
  return 8 + ((bits >> low) & 7);
}

/** Takes the operands of an uncompressed format. @returns false when they make the encoding a reserved one */
function takeWide(format: u32, bits: u32, r: usize, mask: u32): bool {
  rd = xOut(r, field(bits, 7));
  rs1 = x(r, field(bits, 15));
  rs2 = x(r, field(bits, 20));
  imm = 0;
  switch (format) {
    case D.F_R:
    case D.F_R2:
      return true;
    case D.F_I:
    case D.F_LOAD:
    case D.F_JALR:
      imm = I.immI(bits);
      return true;
    case D.F_SHAMT6:
      imm = (bits >> 20) & 63;
      return true;
    case D.F_SHAMT5:
      imm = (bits >> 20) & 31;
      return true;
    case D.F_S:
      imm = I.immS(bits);
      return true;
    case D.F_B:
      imm = I.immB(bits);
      return true;
    case D.F_U:
      imm = I.immU(bits);
      return true;
    case D.F_J:
      imm = I.immJ(bits);
      return true;
    case D.F_AMO:
    case D.F_LR:
      return true;
    case D.F_NONE:
    case D.F_CSR:
    case D.F_CSRI:
    case D.F_SFENCE:
    case D.F_CBO:
      imm = <i32>bits;
      return true;
    default:
      return takeFloat(format, bits, r, mask);
  }
}

function takeFloat(format: u32, bits: u32, r: usize, mask: u32): bool {
  const mode = (bits >> 12) & 7;
  switch (format) {
    case D.F_FLOAD:
      rd = f(r, field(bits, 7));
      imm = I.immI(bits);
      return true;
    case D.F_FSTORE:
      rs2 = f(r, field(bits, 20));
      imm = I.immS(bits);
      return true;
    case D.F_FR4:
      imm = <i32>((f(r, field(bits, 27)) << 16) | mode);
      break;
    default:
      imm = <i32>mode;
  }
  if (format != D.F_F2X && format != D.F_FCMP) rd = f(r, field(bits, 7));
  if (format != D.F_X2F) rs1 = f(r, field(bits, 15));
  rs2 = f(r, field(bits, 20));
  // Rounding modes 5 and 6 are reserved, where the field is one.
  return (mask & 0x7000) != 0 || (mode != 5 && mode != 6);
}

function takeCompressed(format: u32, bits: u32, r: usize): bool {
  const number = field(bits, 7);
  rd = xOut(r, number);
  rs1 = x(r, number);
  rs2 = x(r, field(bits, 2));
  imm = 0;
  switch (format) {
    case D.F_CI:
      imm = I.immCI(bits);
      return true;
    case D.F_CI_W:
      imm = I.immCI(bits);
      return number != 0;
    case D.F_CI_LI:
      rs1 = x(r, 0);
      imm = I.immCI(bits);
      return true;
    case D.F_CI_LUI:
      imm = I.immCI(bits) << 12;
      return imm != 0;
    case D.F_CI_SP16:
      imm = I.immAddi16sp(bits);
      return imm != 0;
    case D.F_CI_SH:
      imm = I.shamtCI(bits);
      return true;
    case D.F_CR_J:
      rd = xOut(r, 0);
      return number != 0;
    case D.F_CR_JAL:
      rd = x(r, 1);
      return true;
    case D.F_CR_MV:
      rs1 = x(r, 0);
      return true;
    case D.F_CR_ADD:
      return true;
    case D.F_CN:
      imm = 0x0010_0073;
      return true;
    case D.F_CJ:
      rd = xOut(r, 0);
      imm = I.immCJ(bits);
      return true;
    case D.F_CI_LWSP:
      rs1 = x(r, 2);
      imm = I.offsetLwsp(bits);
      return number != 0;
    case D.F_CI_LDSP:
      rs1 = x(r, 2);
      imm = I.offsetLdsp(bits);
      return number != 0;
    case D.F_CI_FLDSP:
      rs1 = x(r, 2);
      rd = f(r, number);
      imm = I.offsetLdsp(bits);
      return true;
    case D.F_CSS_W:
      rs1 = x(r, 2);
      imm = I.offsetSwsp(bits);
      return true;
    case D.F_CSS_D:
      rs1 = x(r, 2);
      imm = I.offsetSdsp(bits);
      return true;
    case D.F_CSS_FD:
      rs1 = x(r, 2);
      rs2 = f(r, field(bits, 2));
      imm = I.offsetSdsp(bits);
      return true;
    default:
      return takePopular(format, bits, r);
  }
}

function takePopular(format: u32, bits: u32, r: usize): bool {
  rs1 = x(r, popular(bits, 7));
  rs2 = x(r, popular(bits, 2));
  rd = rs1;
  switch (format) {
    case D.F_CIW:
      rs1 = x(r, 2);
      rd = rs2;
      imm = I.immAddi4spn(bits);
      return imm != 0;
    case D.F_CL_W:
      rd = rs2;
      imm = I.offsetWord(bits);
      return true;
    case D.F_CS_W:
      imm = I.offsetWord(bits);
      return true;
    case D.F_CL_D:
      rd = rs2;
      imm = I.offsetDouble(bits);
      return true;
    case D.F_CS_D:
      imm = I.offsetDouble(bits);
      return true;
    case D.F_CL_FD:
      rd = f(r, popular(bits, 2));
      imm = I.offsetDouble(bits);
      return true;
    case D.F_CS_FD:
      rs2 = f(r, popular(bits, 2));
      imm = I.offsetDouble(bits);
      return true;
    case D.F_CB_SH:
      imm = I.shamtCI(bits);
      return true;
    case D.F_CB_I:
      imm = I.immCI(bits);
      return true;
    case D.F_CB:
      rs2 = x(r, 0);
      imm = I.immCB(bits);
      return true;
    default:
      // CA: rd = rd op rs2.
      return true;
  }
}

/** Writes an operation. `at`: offset of the instruction in its page; `index`: instructions before it in the block. */
function write(op: usize, operation: u32, at: u32, index: u32): void {
  store<u16>(op, <u16>operation);
  store<u16>(op, <u16>rd, 2);
  store<u16>(op, <u16>rs1, 4);
  store<u16>(op, <u16>rs2, 6);
  store<i32>(op, imm, 8);
  store<u16>(op, <u16>at, 12);
  store<u16>(op, <u16>index, 14);
}

/** The operation that ends a block where nothing else does: execution goes on at offset `at`, perhaps beyond the page. */
export function writeEnd(op: usize, at: u32, index: u32): void {
  imm = <i32>at;
  write(op, O.END, at, index);
}

function writeIllegal(op: usize, at: u32, index: u32): u32 {
  write(op, O.ILLEGAL, at, index);
  return ENDS;
}

/** Decodes one instruction to `op`. @returns how decoding goes on */
export function decode(hart: usize, op: usize, bits: u32, at: u32, index: u32): u32 {
  const wide = (bits & 3) == 3;
  const entry = lookUp(wide ? bits : bits & 0xffff);
  if (entry == 0) return writeIllegal(op, at, index);
  const registers = load<usize>(hart, L.REGISTERS);
  const format = <u32>load<u16>(entry, 10);
  const legal = wide
    ? takeWide(format, bits, registers, load<u32>(entry))
    : takeCompressed(format, bits, registers);
  if (!legal) return writeIllegal(op, at, index);
  return place(registers, op, <u32>load<u16>(entry, 8), at, index, wide ? 4 : 2);
}

/** Chooses the cheapest operation for an instruction. */
function place(r: usize, op: usize, operation: u32, at: u32, index: u32, length: u32): u32 {
  switch (operation) {
    case O.ADDI:
      if (rd == r + L.X_SINK) {
        write(op, O.NOP, at, index);
        return GO_ON_SILENTLY;
      }
      if (rs1 == r) operation = O.LI;
      else if (imm == 0) operation = O.MV;
      break;
    case O.ADD:
      if (rs1 == r) {
        operation = O.MV;
        rs1 = rs2;
      }
      break;
    case O.LUI:
      operation = O.LI;
      break;
    case O.AUIPC:
      imm += <i32>at;
      break;
    case O.BEQ:
    case O.BNE:
    case O.BLT:
    case O.BGE:
    case O.BLTU:
    case O.BGEU:
      return placeBranch(op, operation, at, index);
    case O.JAL:
      return placeJump(r, op, at, index, length);
    case O.JALR:
      if (rd == r + L.X_SINK && imm == 0) operation = O.RET;
      rs2 = at + length;
      write(op, operation, at, index);
      return ENDS;
    case O.ECALL:
    case O.EBREAK:
    case O.MRET:
    case O.SRET:
    case O.WFI:
    case O.SFENCE_VMA:
    case O.FENCE_I:
    case O.CBO_CLEAN:
    case O.CBO_FLUSH:
    case O.CBO_INVAL:
      write(op, operation, at, index);
      return ENDS;
  }
  write(op, operation, at, index);
  return GO_ON;
}

/** The form for targets in other pages is the next operation number: see isa/generator/operations.ts. */
function placeBranch(op: usize, operation: u32, at: u32, index: u32): u32 {
  const to = <u32>(<i32>at + imm);
  const far = to >= L.PAGE_BYTES;
  imm = far ? <i32>to : <i32>(to << 1);
  write(op, far ? operation + 1 : operation, at, index);
  return GO_ON;
}

/** A jump within the page costs nothing: the block goes on at its target. */
function placeJump(r: usize, op: usize, at: u32, index: u32, length: u32): u32 {
  const to = <u32>(<i32>at + imm);
  if (to >= L.PAGE_BYTES) {
    imm = <i32>to;
    rs2 = at + length;
    write(op, O.JAL_FAR, at, index);
    return ENDS;
  }
  target = to;
  if (rd == r + L.X_SINK) return JUMPS_SILENTLY;
  imm = <i32>(at + length);
  write(op, O.LINK, at, index);
  return JUMPS;
}
