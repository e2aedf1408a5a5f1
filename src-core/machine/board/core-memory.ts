import { AppError } from '../../base/errors.ts';
import type { CoreExports } from '../core-interface.ts';
import type { CoreHandle } from './interface.ts';

const PAGE_BYTES = 65_536;
/** Of a 32-bit WebAssembly memory. */
const MOST_PAGES = 65_536;
const MIB = 2 ** 20;

/**
 * Grows the core's memory until the guest's RAM fits behind the core's own state.
 * @throws AppError `not-supported` when no memory is that large
 */
export function growMemory(core: CoreExports, memory: CoreHandle['memory'], ramBytes: number): void {
  const reserved = core.reservedBytes();
  const pages = Math.ceil((reserved + ramBytes) / PAGE_BYTES);
  if (pages > MOST_PAGES) throw tooLarge(ramBytes, MOST_PAGES * PAGE_BYTES - reserved);
  const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) memory.grow(missing);
}

function tooLarge(memoryBytes: number, mostBytes: number): AppError {
  return new AppError({
    code: 'not-supported',
    doing: 'start the machine',
    because:
      `it has ${Math.ceil(memoryBytes / MIB)} MiB of memory,` +
      ` and a machine can have at most ${Math.floor(mostBytes / MIB)} MiB`,
    hint: 'Give it less memory.',
    data: { memoryBytes, mostBytes },
  });
}
