/** "Timer Extension": with Sstc it is another way to write stimecmp. */
import * as L from '../layout';
import { updateTimer } from '../interrupts/pending';
import { ERR_NOT_SUPPORTED, argument, failed, reply } from './call';

export function setTimer(hart: usize, called: u32): void {
  if (called != 0) return failed(hart, ERR_NOT_SUPPORTED);
  store<u64>(hart, argument(hart, 0), L.STIMECMP);
  updateTimer(hart);
  reply(hart, 0);
}
