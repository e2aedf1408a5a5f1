import { fromHex, hexBytes, toHex } from '../../state/values.ts';

/** Offsets in a function's configuration header. PCI Local Bus 3.0, "Configuration Space Organization". */
export const CONFIG = {
  vendor: 0x00,
  device: 0x02,
  command: 0x04,
  status: 0x06,
  revision: 0x08,
  classCode: 0x09,
  headerType: 0x0e,
  bar0: 0x10,
  subsystemVendor: 0x2c,
  subsystem: 0x2e,
  capabilities: 0x34,
  interruptLine: 0x3c,
  interruptPin: 0x3d,
  firstFree: 0x40,
} as const;

export const COMMAND = { memory: 0x0002, busMaster: 0x0004, interruptDisable: 0x0400 } as const;
export const STATUS = { interrupt: 0x0008, capabilities: 0x0010 } as const;

const COMMAND_WRITABLE = COMMAND.memory | COMMAND.busMaster | COMMAND.interruptDisable;
const HEADER_BYTES = 256;
const BARS = 6;

/** A saved header: 256 bytes in hexadecimal. */
export const configStateSchema = hexBytes(HEADER_BYTES, HEADER_BYTES);

export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  readonly subsystemVendor: number;
  readonly subsystem: number;
  readonly revision: number;
  /** Base class, subclass and programming interface in one 24-bit number. */
  readonly classCode: number;
  /** Whether it interrupts, by INTA. */
  readonly interrupts: boolean;
}

/**
 * One function's configuration header: bytes, and which of their bits software may change. A base address register
 * is sized by exactly that: the bits below its size read as zero whatever is written.
 */
export class ConfigSpace {
  readonly bytes = new Uint8Array(HEADER_BYTES);
  readonly #writable = new Uint8Array(HEADER_BYTES);
  readonly #barSizes: number[] = new Array<number>(BARS).fill(0);
  #nextFree: number = CONFIG.firstFree;
  #lastCapability = 0;

  constructor(identity: PciIdentity) {
    this.#put(CONFIG.vendor, 2, identity.vendor);
    this.#put(CONFIG.device, 2, identity.device);
    this.#put(CONFIG.revision, 1, identity.revision);
    this.#put(CONFIG.classCode, 3, identity.classCode);
    this.#put(CONFIG.subsystemVendor, 2, identity.subsystemVendor);
    this.#put(CONFIG.subsystem, 2, identity.subsystem);
    this.#put(CONFIG.interruptPin, 1, identity.interrupts ? 1 : 0);
    this.#allow(CONFIG.command, 2, COMMAND_WRITABLE);
    this.#allow(CONFIG.interruptLine, 1, 0xff);
  }

  /** @param sizeBytes of a 32-bit memory window, a power of two of at least 16 */
  addMemoryBar(index: number, sizeBytes: number): void {
    this.#barSizes[index] = sizeBytes;
    this.#allow(CONFIG.bar0 + index * 4, 4, -sizeBytes >>> 0);
  }

  /**
   * Appends a capability to the list.
   * @param body what follows its identity and link bytes
   * @param writable bits of the body that software may change
   * @returns offset of the capability in the header
   */
  addCapability(id: number, body: Uint8Array, writable?: Uint8Array): number {
    const at = this.#nextFree;
    this.bytes[at] = id;
    this.bytes.set(body, at + 2);
    if (writable) this.#writable.set(writable, at + 2);
    this.bytes[this.#lastCapability === 0 ? CONFIG.capabilities : this.#lastCapability + 1] = at;
    this.#put(CONFIG.status, 2, this.read(CONFIG.status, 2) | STATUS.capabilities);
    this.#lastCapability = at;
    this.#nextFree = (at + 2 + body.length + 3) & ~3;
    return at;
  }

  read(offset: number, size: number): number {
    let value = 0;
    for (let index = size - 1; index >= 0; index--) value = value * 256 + (this.bytes[offset + index] ?? 0);
    return value;
  }

  /** Changes the bits that software may change. */
  write(offset: number, size: number, value: number): void {
    for (let index = 0; index < size && offset + index < HEADER_BYTES; index++) {
      const at = offset + index;
      const mask = this.#writable[at] ?? 0;
      this.bytes[at] = ((this.bytes[at] ?? 0) & ~mask) | ((value >>> (index * 8)) & mask);
    }
  }

  /** Physical address of a memory window, or null while software has it switched off. */
  barAddress(index: number): number | null {
    const size = this.#barSizes[index] ?? 0;
    if (size === 0 || !this.commands(COMMAND.memory)) return null;
    return this.read(CONFIG.bar0 + index * 4, 4);
  }

  barSize(index: number): number {
    return this.#barSizes[index] ?? 0;
  }

  commands(bits: number): boolean {
    return (this.read(CONFIG.command, 2) & bits) === bits;
  }

  setInterruptStatus(asserted: boolean): void {
    const status = this.read(CONFIG.status, 2) & ~STATUS.interrupt;
    this.#put(CONFIG.status, 2, status | (asserted ? STATUS.interrupt : 0));
  }

  /** As after power-on: what software wrote is gone. */
  reset(): void {
    for (let at = 0; at < CONFIG.firstFree; at++) this.bytes[at] = (this.bytes[at] ?? 0) & ~(this.#writable[at] ?? 0);
    this.setInterruptStatus(false);
  }

  /** The bits that software may change; what else there is follows from what the function is. */
  save(): string {
    return toHex(this.bytes.map((byte, at) => byte & (this.#writable[at] ?? 0)));
  }

  restore(saved: string): void {
    fromHex(saved).forEach((byte, at) => {
      const mask = this.#writable[at] ?? 0;
      this.bytes[at] = ((this.bytes[at] ?? 0) & ~mask) | (byte & mask);
    });
  }

  #put(offset: number, size: number, value: number): void {
    for (let index = 0; index < size; index++) this.bytes[offset + index] = value >>> (index * 8);
  }

  #allow(offset: number, size: number, bits: number): void {
    for (let index = 0; index < size; index++) this.#writable[offset + index] = bits >>> (index * 8);
  }
}
