/** mcycle and minstret. A cycle is an instruction: nothing else is measured by them here. */
import * as L from '../layout';

/** Instructions retired since power-on. */
@inline
export function retired(hart: usize): u64 {
  return load<u64>(hart, L.RETIRED) + <u64>(load<i32>(hart, L.SLICE) - load<i32>(hart, L.LEFT));
}

/** `register` is MCYCLE_OFFSET with bit 0 of mcountinhibit, or MINSTRET_OFFSET with bit 2. */
@inline
function inhibited(hart: usize, register: usize): bool {
  const bit: u64 = register == L.MCYCLE_OFFSET ? 1 : 4;
  return (load<u64>(hart, L.MCOUNTINHIBIT) & bit) != 0;
}

export function readCounter(hart: usize, register: usize): u64 {
  const offset = load<u64>(hart + register);
  return inhibited(hart, register) ? offset : offset + retired(hart);
}

/** The writing instruction itself is not counted: the next one reads what was written. */
export function writeCounter(hart: usize, register: usize, value: u64): void {
  store<u64>(hart + register, inhibited(hart, register) ? value : value - (retired(hart) + 1));
}

/** A counter that is inhibited keeps its value in place of the offset. */
export function writeInhibit(hart: usize, value: u64): void {
  const cycle = readCounter(hart, L.MCYCLE_OFFSET);
  const instret = readCounter(hart, L.MINSTRET_OFFSET);
  store<u64>(hart, value & 5, L.MCOUNTINHIBIT);
  writeCounter(hart, L.MCYCLE_OFFSET, cycle + 1);
  writeCounter(hart, L.MINSTRET_OFFSET, instret + 1);
}
