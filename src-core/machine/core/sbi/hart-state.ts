/** "Hart State Management Extension". */
import * as L from '../layout';
import { RUN_IDLE, STARTED, START_PENDING, STOPPED, stop } from '../hart/run-state';
import { START, request } from '../interrupts/requests';
import { waiting } from '../interrupts/pending';
import {
  ERR_ALREADY_AVAILABLE,
  ERR_INVALID_PARAM,
  ERR_NOT_SUPPORTED,
  argument,
  failed,
  reply,
} from './call';

const DEFAULT_RETENTIVE_SUSPEND: u64 = 0;

export function hartState(hart: usize, called: u32): void {
  if (called == 1) return stopSelf(hart);
  if (called == 3) return suspend(hart);
  if (called != 0 && called != 2) return failed(hart, ERR_NOT_SUPPORTED);
  const index = argument(hart, 0);
  if (index >= <u64>L.machine32(L.HARTS)) return failed(hart, ERR_INVALID_PARAM);
  const other = L.hartState(<u32>index);
  if (called == 2) return reply(hart, <u64>atomic.load<u32>(other, L.RUN_STATE));
  startOther(hart, <u32>index, other);
}

function startOther(hart: usize, index: u32, other: usize): void {
  if (atomic.cmpxchg<u32>(other + L.RUN_STATE, STOPPED, START_PENDING) != STOPPED) {
    return failed(hart, ERR_ALREADY_AVAILABLE);
  }
  store<u64>(other, argument(hart, 1), L.START_ADDRESS);
  store<u64>(other, argument(hart, 2), L.START_OPAQUE);
  request(index, START);
  reply(hart, 0);
}

function stopSelf(hart: usize): void {
  atomic.store<u32>(hart, STOPPED, L.RUN_STATE);
  stop(hart, RUN_IDLE);
}

/** Only the suspension that keeps the hart's state, which is a WFI. */
function suspend(hart: usize): void {
  if (argument(hart, 0) != DEFAULT_RETENTIVE_SUSPEND) return failed(hart, ERR_NOT_SUPPORTED);
  reply(hart, 0);
  if (waiting(hart) == 0) stop(hart, RUN_IDLE);
}
