/** Floating point registers as the interpreter's cases use them: NaN boxing, signs, rounding modes, mstatus.FS. */
import { FRM, MSTATUS } from '../layout';

export const FS_MASK: u64 = 0x6000;
const FS_DIRTY: u64 = 0x6000;

const BOX: u64 = 0xffff_ffff_0000_0000;
const F32_CANONICAL_NAN: u32 = 0x7fc0_0000;

@inline
function single(register: usize): u32 {
  const bits = load<u64>(register);
  return (bits & BOX) == BOX ? <u32>bits : F32_CANONICAL_NAN;
}

@inline
function register1(op: usize): usize {
  return <usize>load<u16>(op, 4);
}

@inline
function register2(op: usize): usize {
  return <usize>load<u16>(op, 6);
}

@inline
function register3(op: usize): usize {
  return <usize>load<u16>(op, 10);
}

@inline
export function fs1_s(op: usize): u32 {
  return single(register1(op));
}

@inline
export function fs2_s(op: usize): u32 {
  return single(register2(op));
}

@inline
export function fs3_s(op: usize): u32 {
  return single(register3(op));
}

@inline
export function fs1_d(op: usize): u64 {
  return load<u64>(register1(op));
}

@inline
export function fs2_d(op: usize): u64 {
  return load<u64>(register2(op));
}

@inline
export function fs3_d(op: usize): u64 {
  return load<u64>(register3(op));
}

/** The register as it is, without looking at the box: moves and stores. */
@inline
export function fs1_bits(op: usize): u64 {
  return load<u64>(register1(op));
}

@inline
export function fs2(op: usize): u64 {
  return load<u64>(register2(op));
}

@inline
export function setFdSingle(op: usize, value: u32): void {
  store<u64>(<usize>load<u16>(op, 2), BOX | <u64>value);
}

@inline
export function setFdDouble(op: usize, value: u64): void {
  store<u64>(<usize>load<u16>(op, 2), value);
}

@inline
export function f32_negated(value: u32): u32 {
  return value ^ 0x8000_0000;
}

@inline
export function f64_negated(value: u64): u64 {
  return value ^ 0x8000_0000_0000_0000;
}

/** The first with the sign of the second: fsgnj and its kin. */
@inline
export function f32_signed(value: u32, sign: u32): u32 {
  return (value & 0x7fff_ffff) | (sign & 0x8000_0000);
}

@inline
export function f64_signed(value: u64, sign: u64): u64 {
  return (value & 0x7fff_ffff_ffff_ffff) | (sign & 0x8000_0000_0000_0000);
}

@inline
export function floatReadable(hart: usize): bool {
  return (load<u64>(hart, MSTATUS) & FS_MASK) != 0;
}

/** False when floating point is off; else notes that its state is changed ("Extension Context Status"). */
@inline
export function floatWritable(hart: usize): bool {
  return (load<u64>(hart, MSTATUS) & FS_MASK) == FS_DIRTY ? true : becomeDirty(hart);
}

function becomeDirty(hart: usize): bool {
  const mstatus = load<u64>(hart, MSTATUS);
  if ((mstatus & FS_MASK) == 0) return false;
  store<u64>(hart, mstatus | FS_MASK, MSTATUS);
  return true;
}

/** The rounding mode of an operation; 7 in the instruction stands for frm. More than 4 is an illegal instruction. */
@inline
export function roundingMode(hart: usize, op: usize): u32 {
  const mode = <u32>load<u8>(op, 8);
  return mode == 7 ? load<u32>(hart, FRM) : mode;
}
