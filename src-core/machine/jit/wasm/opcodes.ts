/** WebAssembly, "Binary Format", Instructions: those that regions are made of. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const NOTHING = 0x40;

export const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  call: 0x10,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LeS: 0x4c,
  i32GtU: 0x4b,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64LeU: 0x58,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32And: 0x71,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Add: 0x7c,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
} as const;

/** Loads and stores by the type names of the instruction table; all of them load to 64 bits. */
export const LOADS: Readonly<Record<string, number>> = {
  i8: 0x30,
  u8: 0x31,
  i16: 0x32,
  u16: 0x33,
  i32: 0x34,
  u32: 0x35,
  i64: 0x29,
  u64: 0x29,
};
export const STORES: Readonly<Record<string, number>> = { u8: 0x3c, u16: 0x3d, u32: 0x3e, u64: 0x37 };
export const ATOMIC_FENCE = [0xfe, 0x03, 0x00] as const;
export const I32_LOAD = 0x28;
export const I32_STORE = 0x36;
export const I64_LOAD = 0x29;
export const I64_STORE = 0x37;

/** What makes a loaded value of 64 bits out of a zero-extended one. */
export const EXTENSIONS: Readonly<Record<string, number>> = { i8: 0xc2, i16: 0xc3, i32: 0xc4 };
