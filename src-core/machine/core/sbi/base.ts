/** "Base Extension". */
import { ERR_NOT_SUPPORTED, failed, reply } from './call';

/** Version 2.0: the major number in bits 30 to 24. */
const SPECIFICATION_VERSION: u64 = 0x0200_0000;
/** No number is registered for this implementation; the ones below 16 are. */
const IMPLEMENTATION_ID: u64 = 0x494e_4e4b;
const IMPLEMENTATION_VERSION: u64 = 1;

export function base(hart: usize, called: u32): void {
  if (called == 0) return reply(hart, SPECIFICATION_VERSION);
  if (called == 1) return reply(hart, IMPLEMENTATION_ID);
  if (called == 2) return reply(hart, IMPLEMENTATION_VERSION);
  // mvendorid, marchid and mimpid are zero.
  if (called <= 6) return reply(hart, 0);
  failed(hart, ERR_NOT_SUPPORTED);
}
