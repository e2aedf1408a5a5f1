/** What the rows of the instruction table call by name. */

@inline
export function signed(value: u64): i64 {
  return <i64>value;
}

@inline
export function sext32(value: u64): u64 {
  return <u64>(<i64>(<i32>value));
}

@inline
export function sext16(value: u64): u64 {
  return <u64>(<i64>(<i16>value));
}

@inline
export function sext8(value: u64): u64 {
  return <u64>(<i64>(<i8>value));
}

@inline
export function low32(value: u64): u64 {
  return value & 0xffff_ffff;
}

/** "Division Operations": no traps; x / 0 is all ones, the one signed overflow gives the dividend. */
export function div(a: u64, b: u64): u64 {
  if (b == 0) return ~(<u64>0);
  if (b == ~(<u64>0)) return 0 - a;
  return <u64>(<i64>a / <i64>b);
}

export function divu(a: u64, b: u64): u64 {
  return b == 0 ? ~(<u64>0) : a / b;
}

export function rem(a: u64, b: u64): u64 {
  if (b == 0) return a;
  if (b == ~(<u64>0)) return 0;
  return <u64>(<i64>a % <i64>b);
}

export function remu(a: u64, b: u64): u64 {
  return b == 0 ? a : a % b;
}

/** Upper half of the 128-bit product, out of four products of 32 bits. */
export function mulhu(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const cross = aLow * bHigh + (middle & 0xffff_ffff);
  return aHigh * bHigh + (middle >> 32) + (cross >> 32);
}

export function mulh(a: u64, b: u64): u64 {
  return mulhu(a, b) - (<u64>(<i64>a >> 63) & b) - (<u64>(<i64>b >> 63) & a);
}

export function mulhsu(a: u64, b: u64): u64 {
  return mulhu(a, b) - (<u64>(<i64>a >> 63) & b);
}

/** "OR-combine within bytes": a byte becomes ones unless it was zero. */
export function orcb(value: u64): u64 {
  const ones: u64 = 0x0101_0101_0101_0101;
  let low = value | (value >> 4);
  low = low & 0x0f0f_0f0f_0f0f_0f0f;
  low |= low >> 2;
  low |= low >> 1;
  return (low & ones) * 0xff;
}
