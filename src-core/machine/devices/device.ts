/** What every device of the board is to the bus, and what it may do to the world around it. */

/** A block of registers in the guest's physical address space. `offset` is relative to the block, `size` 1, 2 or 4 bytes. */
export interface MmioDevice {
  /** @returns the value, zero-extended to an unsigned 32-bit number */
  read(offset: number, size: number): number;
  /** @param value unsigned, of `size` bytes */
  write(offset: number, size: number, value: number): void;
}

/** A level-triggered interrupt wire. */
export type InterruptLine = (level: boolean) => void;

/** Wraps a wire so that only changes of its level reach it: most evaluations change nothing. */
export function edgesOnly(line: InterruptLine): InterruptLine {
  let last = false;
  return (level) => {
    if (level === last) return;
    last = level;
    line(level);
  };
}

/** The low `size` bytes of `value`, unsigned. */
export function truncate(value: number, size: number): number {
  return size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff);
}
