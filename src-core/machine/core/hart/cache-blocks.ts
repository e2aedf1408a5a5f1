/** "Cache-Management Operations" and "Cache-Block Zero", on blocks of 64 bytes. */
import * as L from '../layout';
import { storeSlowly, writablePlace } from '../memory/access';
import { READ } from '../memory/pmp';
import { MODE_M, MODE_U, dataMode } from '../memory/tlb';
import { translate } from '../memory/walk';
import { FAULTED, outcome, raise } from './outcome';

const BLOCK_BYTES: u64 = 64;
/** Bits 20 and up of the instruction. */
export const CBO_ZERO: u32 = 4;

/** menvcfg and senvcfg: CBZE for cbo.zero, CBCFE for clean and flush, CBIE for inval. */
export function blockAllowed(hart: usize, operation: u32): bool {
  const mode = load<u32>(hart, L.MODE);
  const mask: u64 = operation == CBO_ZERO ? 0x80 : operation == 0 ? 0x30 : 0x40;
  if (mode != MODE_M && (load<u64>(hart, L.MENVCFG) & mask) == 0) return false;
  return mode != MODE_U || (load<u64>(hart, L.SENVCFG) & mask) != 0;
}

/**
 * Fills the block around an address with zero if it stands in RAM that may be written, as it does nearly always. @returns
 * false when it does not, or the instruction is illegal: then nothing was done
 */
export function zeroBlock(hart: usize, address: u64): bool {
  if (!blockAllowed(hart, CBO_ZERO)) return false;
  const place = writablePlace(hart, address & ~(BLOCK_BYTES - 1), <u32>BLOCK_BYTES);
  if (place == 0) return false;
  for (let at = place; at < place + <usize>BLOCK_BYTES; at += 8) store<u64>(at, 0);
  return true;
}

/** To whatever is there; raises what stores would. */
export function zeroBlockSlowly(hart: usize, address: u64): void {
  const block = address & ~(BLOCK_BYTES - 1);
  for (let offset: u64 = 0; offset < BLOCK_BYTES; offset += 8) {
    storeSlowly(hart, block + offset, 8, 0);
    if (outcome == FAULTED) return;
  }
}

/** There is no cache to manage, but the block must be one that may be read; faults are those of a store. */
export function manageBlock(hart: usize, address: u64): void {
  const cause = translate(hart, address, READ, dataMode(hart));
  if (cause) raise(hart, cause == 13 ? 15 : 7, address);
}
