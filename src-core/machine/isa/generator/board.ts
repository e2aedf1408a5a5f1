import { INTERRUPTS, MAX_HARTS, MEMORY_MAP, TIMEBASE_HZ } from '../../core-interface.ts';

/** The boundary's constants for the core, which is compiled apart and cannot import them. */
export function boardSource(header: string): string {
  const windows = Object.entries(MEMORY_MAP).flatMap(([name, window]) => {
    const prefix = name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    const base = `export const ${prefix}_BASE: u64 = 0x${window.base.toString(16)};`;
    return 'size' in window ? [base, `export const ${prefix}_SIZE: u64 = 0x${window.size.toString(16)};`] : [base];
  });
  return `${header}${windows.join('\n')}
export const INTERRUPT_SOURCES: u32 = ${INTERRUPTS.sources};
export const TIMEBASE_HZ: u64 = ${TIMEBASE_HZ};
export const BOARD_MAX_HARTS: u32 = ${MAX_HARTS};
`;
}
