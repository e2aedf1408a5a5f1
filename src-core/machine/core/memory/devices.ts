/**
 * The physical addresses outside RAM. CLINT and PLIC answer here; the other windows of the board go to the host, which
 * knows what stands in them. Everything else is vacant: an access fault.
 */
import * as L from '../layout';
import * as B from '../generated/board';
import { ATTENTION, setOutcome } from '../hart/outcome';
import { readClint, writeClint } from '../interrupts/clint';
import { readPlic, writePlic } from '../interrupts/plic';
import { mmioRead, mmioWrite } from '../platform';

@inline
function within(address: u64, base: u64, size: u64): bool {
  return address - base < size;
}

export function deviceExists(address: u64): bool {
  return (
    within(address, B.UART_BASE, B.UART_SIZE) ||
    within(address, B.PCI_MMIO_BASE, B.PCI_MMIO_SIZE) ||
    within(address, B.PCI_ECAM_BASE, B.PCI_ECAM_SIZE) ||
    within(address, B.PLIC_BASE, B.PLIC_SIZE) ||
    within(address, B.CLINT_BASE, B.CLINT_SIZE) ||
    within(address, B.RTC_BASE, B.RTC_SIZE) ||
    within(address, B.GENERATION_ID_BASE, B.GENERATION_ID_SIZE) ||
    within(address, B.TEST_BASE, B.TEST_SIZE) ||
    within(address, B.PCI_PIO_BASE, B.PCI_PIO_SIZE) ||
    within(address, B.BOOT_ROM_BASE, B.BOOT_ROM_SIZE)
  );
}

/** Reads an aligned register of a device that exists. @returns the value, zero-extended */
export function readDevice(hart: usize, address: u64, size: u32): u64 {
  // Reading may lower or raise an interrupt line: the run loop looks.
  setOutcome(ATTENTION);
  const low = readWord(address, min<u32>(size, 4));
  return size == 8 ? <u64>low | (<u64>readWord(address + 4, 4) << 32) : <u64>low;
}

function readWord(address: u64, size: u32): u32 {
  if (within(address, B.CLINT_BASE, B.CLINT_SIZE)) return readClint(<u32>(address - B.CLINT_BASE));
  if (within(address, B.PLIC_BASE, B.PLIC_SIZE)) return readPlic(<u32>(address - B.PLIC_BASE));
  return mmioRead(<u32>address, size);
}

export function writeDevice(hart: usize, address: u64, size: u32, value: u64): void {
  setOutcome(ATTENTION);
  if (within(address, B.CLINT_BASE, B.CLINT_SIZE)) {
    writeClint(load<u32>(hart, L.ID), <u32>(address - B.CLINT_BASE), size, value);
    return;
  }
  writeWord(address, min<u32>(size, 4), <u32>value);
  if (size == 8) writeWord(address + 4, 4, <u32>(value >> 32));
}

function writeWord(address: u64, size: u32, value: u32): void {
  if (within(address, B.PLIC_BASE, B.PLIC_SIZE)) writePlic(<u32>(address - B.PLIC_BASE), value);
  else mmioWrite(<u32>address, size, size == 4 ? value : value & ((1 << (size << 3)) - 1));
}
