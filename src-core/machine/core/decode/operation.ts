/**
 * A decoded instruction: 16 bytes. Registers are named by their address in memory, so that an operand is one load away;
 * x0 as a destination is the register file's sink. Harts have their own blocks, therefore their own addresses.
 *
 *   0 u16 operation number    2 u16 rd    4 u16 rs1    6 u16 rs2, or the offset in the page of the link address
 *   8 i32 immediate; of floating point arithmetic: u8 rounding mode, u16 rs3 at 10
 *  12 u16 offset of the instruction in its page    14 u16 instructions that the block retires before it
 */
export const OP_BYTES: usize = 16;

@inline
export function rs1(op: usize): u64 {
  return load<u64>(<usize>load<u16>(op, 4));
}

@inline
export function rs2(op: usize): u64 {
  return load<u64>(<usize>load<u16>(op, 6));
}

@inline
export function imm(op: usize): u64 {
  return <u64>load<i32>(op, 8);
}

@inline
export function setRd(op: usize, value: u64): void {
  store<u64>(<usize>load<u16>(op, 2), value);
}

@inline
export function linkOffset(op: usize): u64 {
  return <u64>load<u16>(op, 6);
}

@inline
export function pageOffset(op: usize): u64 {
  return <u64>load<u16>(op, 12);
}

@inline
export function retiredBefore(op: usize): i32 {
  return <i32>load<u16>(op, 14);
}
