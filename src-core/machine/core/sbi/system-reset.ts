/** "System Reset Extension". */
import { RUN_STOP_REQUESTED, stop } from '../hart/run-state';
import { systemReset as hostReset } from '../platform';
import { ERR_INVALID_PARAM, ERR_NOT_SUPPORTED, argument, failed } from './call';

export function systemReset(hart: usize, called: u32): void {
  if (called != 0) return failed(hart, ERR_NOT_SUPPORTED);
  const type = argument(hart, 0);
  const reason = argument(hart, 1);
  if (type > 2 || reason > 1) return failed(hart, ERR_INVALID_PARAM);
  hostReset(<u32>type, <u32>reason);
  stop(hart, RUN_STOP_REQUESTED);
}
