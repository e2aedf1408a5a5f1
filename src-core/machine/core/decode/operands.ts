/** Immediates as the formats scramble them: "Base Instruction Formats", "Compressed Instruction Formats". */

/** Bits from `low` on, `count` of them. */
@inline
function field(bits: u32, low: u32, count: u32): u32 {
  return (bits >> low) & ((1 << count) - 1);
}

@inline
function signExtended(value: u32, width: u32): i32 {
  return (<i32>(value << (32 - width))) >> (32 - width);
}

@inline
export function immI(bits: u32): i32 {
  return <i32>bits >> 20;
}

@inline
export function immS(bits: u32): i32 {
  return ((<i32>bits >> 25) << 5) | <i32>field(bits, 7, 5);
}

@inline
export function immB(bits: u32): i32 {
  const low = (field(bits, 8, 4) << 1) | (field(bits, 25, 6) << 5) | (field(bits, 7, 1) << 11);
  return ((<i32>bits >> 31) << 12) | <i32>low;
}

@inline
export function immU(bits: u32): i32 {
  return <i32>(bits & 0xffff_f000);
}

@inline
export function immJ(bits: u32): i32 {
  const low = (field(bits, 21, 10) << 1) | (field(bits, 20, 1) << 11) | (field(bits, 12, 8) << 12);
  return ((<i32>bits >> 31) << 20) | <i32>low;
}

/** c.addi, c.li, c.andi, …: six bits, signed. */
@inline
export function immCI(bits: u32): i32 {
  return signExtended(field(bits, 2, 5) | (field(bits, 12, 1) << 5), 6);
}

@inline
export function shamtCI(bits: u32): i32 {
  return <i32>(field(bits, 2, 5) | (field(bits, 12, 1) << 5));
}

@inline
export function immAddi16sp(bits: u32): i32 {
  const value =
    (field(bits, 6, 1) << 4) |
    (field(bits, 2, 1) << 5) |
    (field(bits, 5, 1) << 6) |
    (field(bits, 3, 2) << 7) |
    (field(bits, 12, 1) << 9);
  return signExtended(value, 10);
}

@inline
export function immAddi4spn(bits: u32): i32 {
  const high = (field(bits, 11, 2) << 4) | (field(bits, 7, 4) << 6);
  return <i32>((field(bits, 6, 1) << 2) | (field(bits, 5, 1) << 3) | high);
}

/** c.lw, c.sw */
@inline
export function offsetWord(bits: u32): i32 {
  return <i32>((field(bits, 6, 1) << 2) | (field(bits, 10, 3) << 3) | (field(bits, 5, 1) << 6));
}

/** c.ld, c.sd, c.fld, c.fsd */
@inline
export function offsetDouble(bits: u32): i32 {
  return <i32>((field(bits, 10, 3) << 3) | (field(bits, 5, 2) << 6));
}

@inline
export function offsetLwsp(bits: u32): i32 {
  return <i32>((field(bits, 4, 3) << 2) | (field(bits, 12, 1) << 5) | (field(bits, 2, 2) << 6));
}

@inline
export function offsetLdsp(bits: u32): i32 {
  return <i32>((field(bits, 5, 2) << 3) | (field(bits, 12, 1) << 5) | (field(bits, 2, 3) << 6));
}

@inline
export function offsetSwsp(bits: u32): i32 {
  return <i32>((field(bits, 9, 4) << 2) | (field(bits, 7, 2) << 6));
}

@inline
export function offsetSdsp(bits: u32): i32 {
  return <i32>((field(bits, 10, 3) << 3) | (field(bits, 7, 3) << 6));
}

/** c.beqz, c.bnez */
@inline
export function immCB(bits: u32): i32 {
  const value =
    (field(bits, 3, 2) << 1) |
    (field(bits, 10, 2) << 3) |
    (field(bits, 2, 1) << 5) |
    (field(bits, 5, 2) << 6) |
    (field(bits, 12, 1) << 8);
  return signExtended(value, 9);
}

/** c.j */
@inline
export function immCJ(bits: u32): i32 {
  const value =
    (field(bits, 3, 3) << 1) |
    (field(bits, 11, 1) << 4) |
    (field(bits, 2, 1) << 5) |
    (field(bits, 7, 1) << 6) |
    (field(bits, 6, 1) << 7) |
    (field(bits, 9, 2) << 8) |
    (field(bits, 8, 1) << 10) |
    (field(bits, 12, 1) << 11);
  return signExtended(value, 12);
}
