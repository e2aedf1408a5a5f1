/** Operations that stand one after the other become one jump for the interpreter (isa/generator/sequences.ts). */
import * as D from '../generated/decoding';
import { OP_BYTES } from './operation';

const ROOT: usize = 1;

/**
 * Puts the numbers of sequences in place of those of their first operations, the longest that there is. The other
 * operations stay as they are: a hart may go on at any of them.
 */
export function joinSequences(first: usize, end: usize): void {
  let op = first;
  while (op < end) {
    let place = ROOT;
    let sequence: u32 = 0;
    let after = op + OP_BYTES;
    for (let at = op; at < end; at += OP_BYTES) {
      const kind = <usize>load<u8>(D.KIND_OF + <usize>load<u16>(at));
      place = <usize>load<u8>(D.ONWARD + place * D.KINDS + kind);
      if (place == 0) break;
      const complete = <u32>load<u16>(D.COMPLETE + (place << 1));
      if (complete == 0) continue;
      sequence = complete;
      after = at + OP_BYTES;
    }
    if (sequence) store<u16>(op, <u16>sequence);
    op = after;
  }
}
