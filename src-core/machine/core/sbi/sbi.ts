/** The SBI as this hypervisor itself answers it, version 2.0. Arguments in a0 to a5, function in a6, extension in a7. */
import * as L from '../layout';
import { ERR_NOT_SUPPORTED, argument, failed, reply } from './call';
import { base } from './base';
import { debugConsole } from './debug-console';
import { hartState } from './hart-state';
import { interProcessorInterrupt } from './ipi';
import { remoteFence } from './remote-fence';
import { systemReset } from './system-reset';
import { setTimer } from './timer';

export const EXTENSION_BASE: u32 = 0x10;
export const EXTENSION_TIME: u32 = 0x5449_4d45;
export const EXTENSION_IPI: u32 = 0x0073_5049;
export const EXTENSION_RFENCE: u32 = 0x5246_4e43;
export const EXTENSION_HSM: u32 = 0x0048_534d;
export const EXTENSION_SRST: u32 = 0x5352_5354;
export const EXTENSION_DBCN: u32 = 0x4442_434e;

export function isImplemented(extension: u64): bool {
  return (
    extension == EXTENSION_BASE ||
    extension == EXTENSION_TIME ||
    extension == EXTENSION_IPI ||
    extension == EXTENSION_RFENCE ||
    extension == EXTENSION_HSM ||
    extension == EXTENSION_SRST ||
    extension == EXTENSION_DBCN
  );
}

export function sbiCall(hart: usize): void {
  const extension = argument(hart, 7);
  const called = <u32>argument(hart, 6);
  if (!isImplemented(extension)) return failed(hart, ERR_NOT_SUPPORTED);
  switch (<u32>extension) {
    case EXTENSION_BASE:
      if (called == 3) return reply(hart, isImplemented(argument(hart, 0)) ? 1 : 0);
      return base(hart, called);
    case EXTENSION_TIME:
      return setTimer(hart, called);
    case EXTENSION_IPI:
      return interProcessorInterrupt(hart, called);
    case EXTENSION_RFENCE:
      return remoteFence(hart, called);
    case EXTENSION_HSM:
      return hartState(hart, called);
    case EXTENSION_SRST:
      return systemReset(hart, called);
    default:
      return debugConsole(hart, called);
  }
}
