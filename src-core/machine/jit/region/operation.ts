import { ownNumber } from '../../isa/generator/sequences.ts';

/** A decoded operation of the core: see core/decode/operation.ts. Registers are addresses in the core's memory. */
export interface Operation {
  readonly address: number;
  readonly number: number;
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly imm: number;
  readonly rounding: number;
  readonly rs3: number;
  /** Offset of the instruction in its page. */
  readonly at: number;
  /** Instructions that the block retires before it. */
  readonly retiredBefore: number;
}

/** Reads the operation at an address of the core's memory. */
export function readOperation(memory: DataView, address: number): Operation {
  return {
    address,
    number: ownNumber(memory.getUint16(address, true)),
    rd: memory.getUint16(address + 2, true),
    rs1: memory.getUint16(address + 4, true),
    rs2: memory.getUint16(address + 6, true),
    imm: memory.getInt32(address + 8, true),
    rounding: memory.getUint8(address + 8),
    rs3: memory.getUint16(address + 10, true),
    at: memory.getUint16(address + 12, true),
    retiredBefore: memory.getUint16(address + 14, true),
  };
}
