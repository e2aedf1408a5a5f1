import { AppError } from '../../base/errors.ts';
import type { BoardSpec, ByteSource } from '../board-interface.ts';
import { MEMORY_MAP } from '../core-interface.ts';
import { isElf, readElf, type ElfImage } from './elf.ts';
import { inspectKernel, type KernelImage } from './payload.ts';

const MIB = 1024 * 1024;
const PAGE = 4096;
/** Where a kernel wants to be, modulo its text offset. Firmware has the first such stretch, as on QEMU's board. */
const KERNEL_ALIGNMENT = 2 * MIB;
/** For the device tree, with room for what firmware adds to it. */
const DEVICE_TREE_ROOM = 64 * 1024;

export interface Placed<T> {
  readonly at: number;
  readonly what: T;
}

/** Firmware is a flat file, or an ELF file that says itself where its parts go. */
export interface Firmware extends Placed<ByteSource> {
  readonly elf: ElfImage | null;
}

/** What goes where in RAM; all addresses are guest physical. */
export interface BootPlan {
  readonly kernel: Placed<KernelImage> | null;
  readonly initrd: Placed<ByteSource> | null;
  readonly firmware: Firmware | null;
  readonly deviceTree: number;
  /** First instruction that a hart executes. */
  readonly entry: number;
}

/**
 * Decides where everything goes: firmware at the start of RAM, the kernel 2 MiB further, the device tree at the
 * very end and the initrd below it.
 * @throws AppError `invalid-input` for a kernel or firmware that is not one, `no-room` with figures when it does not fit
 */
export function planBoot({ boot, memoryBytes }: BoardSpec): BootPlan {
  const base = MEMORY_MAP.ram.base;
  const end = base + memoryBytes;
  const kernel = boot.kernel ? placeKernel(inspectKernel(boot.kernel)) : null;
  const firmware = boot.firmware ? placeFirmware(boot.firmware) : null;
  const entry = firmware ? (firmware.elf?.entry ?? firmware.at) : kernel?.at;
  if (entry === undefined) throw nothingToBoot();
  if (kernel && endOfFirmware(firmware) > kernel.at)
    throw firmwareTooLarge(endOfFirmware(firmware) - base, kernel.at - base);
  const deviceTree = alignDown(end - DEVICE_TREE_ROOM, PAGE);
  const initrdBytes = boot.initrd?.sizeBytes ?? 0;
  const initrdAt = alignDown(deviceTree - initrdBytes, PAGE);
  const lowestFree = Math.max(base, endOfKernel(kernel), endOfFirmware(firmware));
  if (initrdAt < lowestFree) throw noRoom(memoryBytes, lowestFree - base, initrdBytes);
  return {
    kernel,
    firmware,
    initrd: boot.initrd ? { at: initrdAt, what: boot.initrd } : null,
    deviceTree,
    entry,
  };
}

function placeKernel(image: KernelImage): Placed<KernelImage> {
  // At least 2 MiB into RAM even when it asks for none: below it firmware may be.
  const offset = Math.max(image.textOffset, KERNEL_ALIGNMENT);
  return { at: MEMORY_MAP.ram.base + offset, what: image };
}

function placeFirmware(source: ByteSource): Firmware {
  const magic = new Uint8Array(4);
  if (source.sizeBytes >= magic.length) source.read(magic, 0);
  return { at: MEMORY_MAP.ram.base, what: source, elf: isElf(magic) ? readElf(source) : null };
}

function endOfKernel(kernel: Placed<KernelImage> | null): number {
  return kernel ? kernel.at + kernel.what.imageBytes : 0;
}

/** @throws AppError when an ELF file wants to be outside RAM */
function endOfFirmware(firmware: Firmware | null): number {
  if (!firmware) return 0;
  if (!firmware.elf) return firmware.at + firmware.what.sizeBytes;
  let end = 0;
  for (const { address, memoryBytes } of firmware.elf.segments) {
    if (address < MEMORY_MAP.ram.base) throw outsideMemory(address);
    end = Math.max(end, address + memoryBytes);
  }
  return end;
}

function alignDown(address: number, alignment: number): number {
  return Math.floor(address / alignment) * alignment;
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`;
}

function nothingToBoot(): AppError {
  return new AppError({
    code: 'invalid-input',
    doing: 'start the machine',
    because: 'there is neither a kernel nor firmware to start',
    hint: 'Give it a kernel, firmware, or an image that has one.',
  });
}

function noRoom(memoryBytes: number, lowBytes: number, initrdBytes: number): AppError {
  const needed = lowBytes + initrdBytes + DEVICE_TREE_ROOM + PAGE;
  return new AppError({
    code: 'no-room',
    doing: 'load the kernel',
    because:
      `the machine has ${mib(memoryBytes)} of memory, but the kernel and what lies below it take ${mib(lowBytes)}` +
      ` and the initrd ${mib(initrdBytes)}`,
    hint: `Give it more than ${mib(needed)} of memory.`,
    data: { memoryBytes, lowBytes, initrdBytes, neededBytes: needed },
  });
}

function firmwareTooLarge(bytes: number, room: number): AppError {
  return new AppError({
    code: 'no-room',
    doing: 'load the firmware',
    because: `it takes ${mib(bytes)}, but the kernel begins ${mib(room)} into memory`,
    hint: 'Leave the kernel out if the firmware brings its own.',
    data: { bytes, room },
  });
}

function outsideMemory(address: number): AppError {
  return new AppError({
    code: 'invalid-input',
    doing: 'load the firmware',
    because: `it wants to be at 0x${address.toString(16)}, where the machine has no memory`,
    hint: 'Firmware is linked for memory from 0x80000000 on.',
  });
}
