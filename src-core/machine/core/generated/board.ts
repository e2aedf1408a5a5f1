// Generated from src-core/machine/isa/table.ts by src-core/machine/isa/generator; sources.test.ts checks that it is up
// to date. To write it anew: npx vitest run src-core/machine/isa -u

export const TEST_BASE: u64 = 0x100000;
export const TEST_SIZE: u64 = 0x1000;
export const RTC_BASE: u64 = 0x101000;
export const RTC_SIZE: u64 = 0x1000;
export const GENERATION_ID_BASE: u64 = 0x102000;
export const GENERATION_ID_SIZE: u64 = 0x1000;
export const CLINT_BASE: u64 = 0x2000000;
export const CLINT_SIZE: u64 = 0x10000;
export const PCI_PIO_BASE: u64 = 0x3000000;
export const PCI_PIO_SIZE: u64 = 0x10000;
export const PLIC_BASE: u64 = 0xc000000;
export const PLIC_SIZE: u64 = 0x600000;
export const UART_BASE: u64 = 0x10000000;
export const UART_SIZE: u64 = 0x100;
export const PCI_ECAM_BASE: u64 = 0x30000000;
export const PCI_ECAM_SIZE: u64 = 0x10000000;
export const PCI_MMIO_BASE: u64 = 0x40000000;
export const PCI_MMIO_SIZE: u64 = 0x40000000;
export const BOOT_ROM_BASE: u64 = 0x1000;
export const BOOT_ROM_SIZE: u64 = 0xf000;
export const RAM_BASE: u64 = 0x80000000;
export const INTERRUPT_SOURCES: u32 = 95;
export const TIMEBASE_HZ: u64 = 10000000;
export const BOARD_MAX_HARTS: u32 = 8;
