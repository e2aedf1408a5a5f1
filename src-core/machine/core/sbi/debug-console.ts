/** "Debug Console Extension". */
import { debugConsoleRead, debugConsoleWrite } from '../platform';
import { RAM_BASE } from '../generated/board';
import * as L from '../layout';
import { ramChanged } from '../memory/code';
import { hostOf } from '../memory/walk';
import { ERR_FAILED, ERR_INVALID_PARAM, ERR_NOT_SUPPORTED, argument, failed, reply } from './call';

const WRITE: u32 = 0;
const READ: u32 = 1;
const WRITE_BYTE: u32 = 2;

export function debugConsole(hart: usize, called: u32): void {
  if (called == WRITE_BYTE) return writeByte(hart);
  if (called != WRITE && called != READ) return failed(hart, ERR_NOT_SUPPORTED);
  const bytes = argument(hart, 0);
  const offset = argument(hart, 1) - RAM_BASE;
  const size = L.ramBytes();
  if (argument(hart, 2) != 0 || offset >= size || bytes > size - offset) return failed(hart, ERR_INVALID_PARAM);
  const host = hostOf(argument(hart, 1));
  if (called == WRITE) return reply(hart, <u64>debugConsoleWrite(host, <u32>bytes));
  const got = debugConsoleRead(host, <u32>bytes);
  ramChanged(hart, offset, <u64>got);
  reply(hart, <u64>got);
}

/** The byte goes through the place of x0's writes, which nobody reads. */
function writeByte(hart: usize): void {
  const scratch = load<usize>(hart, L.REGISTERS) + L.X_SINK;
  store<u8>(scratch, <u8>argument(hart, 0));
  if (debugConsoleWrite(scratch, 1) == 1) reply(hart, 0);
  else failed(hart, ERR_FAILED);
}
