/** "IPI Extension". */
import * as L from '../layout';
import { SSIP } from '../interrupts/pending';
import { wakeHart } from '../platform';
import { ERR_INVALID_PARAM, ERR_NOT_SUPPORTED, failed, forNobody, reply, targets } from './call';

export function interProcessorInterrupt(hart: usize, called: u32): void {
  if (called != 0) return failed(hart, ERR_NOT_SUPPORTED);
  const harts = targets(hart);
  if (harts == 0 && !forNobody(hart)) return failed(hart, ERR_INVALID_PARAM);
  for (let index: u32 = 0; index < L.machine32(L.HARTS); index++) {
    if (!((harts >> index) & 1)) continue;
    atomic.or<u32>(L.hartState(index) + L.PENDING_SOFTWARE, SSIP);
    wakeHart(index);
  }
  reply(hart, 0);
}
