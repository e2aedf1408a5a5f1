import { MEMORY_MAP } from '../core-interface.ts';

/** OpenSBI, include/sbi/fw_dynamic.h: what firmware learns about the stage after it. */
const FW_DYNAMIC_MAGIC = 0x4942_534fn;
const FW_DYNAMIC_VERSION = 2n;
const NEXT_MODE_SUPERVISOR = 1n;

/** QEMU's reset vector: loads a0 (hart), a1 (device tree), a2 (fw_dynamic_info) and jumps. */
const RESET_VECTOR = [
  0x0000_0297, // auipc t0, 0
  0x0282_8613, // addi  a2, t0, 40
  0xf140_2573, // csrr  a0, mhartid
  0x0202_b583, // ld    a1, 32(t0)
  0x0182_b283, // ld    t0, 24(t0)
  0x0002_8067, // jr    t0
] as const;

const START_AT = 24;
const DEVICE_TREE_AT = 32;
const FW_DYNAMIC_AT = 40;

/** Where the boot ROM keeps the information for firmware: what a2 points to. */
export const FW_DYNAMIC_ADDRESS = MEMORY_MAP.bootRom.base + FW_DYNAMIC_AT;

/**
 * Contents of the ROM that a machine with firmware starts in.
 * @param start first instruction of the firmware
 * @param deviceTree guest physical address of the device tree
 * @param next first instruction of what the firmware starts in S-mode, 0 for nothing
 */
export function bootRom(start: number, deviceTree: number, next: number): Uint8Array {
  const rom = new Uint8Array(FW_DYNAMIC_AT + 6 * 8);
  const view = new DataView(rom.buffer);
  RESET_VECTOR.forEach((instruction, index) => view.setUint32(index * 4, instruction, true));
  view.setBigUint64(START_AT, BigInt(start), true);
  view.setBigUint64(DEVICE_TREE_AT, BigInt(deviceTree), true);
  const options = 0n;
  const bootHart = 0n;
  const info = [FW_DYNAMIC_MAGIC, FW_DYNAMIC_VERSION, BigInt(next), NEXT_MODE_SUPERVISOR, options, bootHart];
  info.forEach((field, index) => view.setBigUint64(FW_DYNAMIC_AT + index * 8, field, true));
  return rom;
}
