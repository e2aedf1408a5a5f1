import { assert } from '../../../base/errors.ts';
import { MEMORY_MAP } from '../../core-interface.ts';
import { truncate, type InterruptLine, type MmioDevice } from '../device.ts';
import { PciFunction, WINDOW_BAR } from './function.ts';

const SLOTS = 32;
const PINS = 4;
const ALL_ONES = 0xffff_ffff;
/** "PCI Express Enhanced Configuration Access Mechanism": bus 27:20, device 19:15, function 14:12, register 11:0. */
const SLOT_SHIFT = 15;
const FUNCTION_MASK = 0x7000;
const REGISTER_MASK = 0xfff;
const BUS_BYTES = SLOTS << SLOT_SHIFT;

/** What stands in slot 0: the same identity as QEMU's `gpex` bridge has. */
class BridgeFunction extends PciFunction {
  readonly name = 'pci';

  constructor() {
    super(
      {
        vendor: 0x1b36,
        device: 0x0008,
        subsystemVendor: 0x1af4,
        subsystem: 0x1100,
        revision: 0,
        classCode: 0x06_0000,
        interrupts: false,
      },
      0,
    );
  }

  readWindow(): number {
    return ALL_ONES;
  }

  writeWindow(): void {}
}

interface Window {
  readonly base: number;
  readonly end: number;
  readonly slot: PciFunction;
}

/** A host bridge with one bus: configuration by ECAM, one window of 32-bit memory, four interrupt wires. */
export class PciHost {
  readonly #slots: (PciFunction | undefined)[] = [new BridgeFunction()];
  readonly #lines: readonly InterruptLine[];
  /** Per wire, one bit for each slot that pulls it. */
  readonly #pulled = new Uint32Array(PINS);
  #windows: readonly Window[] = [];
  #last: Window | undefined;

  /** @param lines INTA to INTD of slot 0, in PLIC order */
  constructor(lines: readonly InterruptLine[]) {
    assert(lines.length === PINS, 'a PCI bus has four interrupt wires');
    this.#lines = lines;
  }

  /**
   * Puts a function into a slot that is free, at any time: software finds it when it looks at the bus again.
   * @param slot 1 to 31; without it, the one behind the last
   */
  add(device: PciFunction, slot = this.#slots.length): void {
    assert(slot < SLOTS, 'the PCI bus is full');
    assert(this.#slots[slot] === undefined, `slot ${slot} of the PCI bus is taken`);
    this.#slots[slot] = device;
    device.connect((level) => this.#pull(slot, level));
    this.#mapWindows();
  }

  /**
   * Takes a function out, at any time: its windows and its configuration read as all ones from now on, which is how
   * software tells that it is gone, and its interrupt wire is let go of.
   */
  remove(slot: number): void {
    const device = this.#slots[slot];
    assert(device && slot > 0, `there is nothing to be taken out of slot ${slot}`);
    device.reset();
    device.connect(() => {});
    this.#slots[slot] = undefined;
    this.#mapWindows();
  }

  /** Configuration space of the whole bus range. */
  readonly ecam: MmioDevice = {
    read: (offset, size) => {
      const target = this.#target(offset);
      const register = offset & REGISTER_MASK;
      // Beyond the header there is extended configuration space without any capability: zeros.
      return target ? target.configRead(register, size) : truncate(ALL_ONES, size);
    },
    write: (offset, size, value) => {
      const target = this.#target(offset);
      if (!target) return;
      target.configWrite(offset & REGISTER_MASK, size, value);
      this.#mapWindows();
    },
  };

  /** The 32-bit memory window; `offset` is relative to MEMORY_MAP.pciMmio. */
  readonly memory: MmioDevice = {
    read: (offset, size) => {
      const window = this.#window(MEMORY_MAP.pciMmio.base + offset);
      if (!window) return truncate(ALL_ONES, size);
      return window.slot.readWindow(MEMORY_MAP.pciMmio.base + offset - window.base, size);
    },
    write: (offset, size, value) => {
      const window = this.#window(MEMORY_MAP.pciMmio.base + offset);
      window?.slot.writeWindow(MEMORY_MAP.pciMmio.base + offset - window.base, size, value);
    },
  };

  /** There are no I/O ports behind this bridge. */
  readonly ports: MmioDevice = { read: (_offset, size) => truncate(ALL_ONES, size), write: () => {} };

  reset(): void {
    for (const slot of this.#slots) slot?.reset();
    this.#mapWindows();
  }

  /** The configuration of the functions was restored. */
  restored(): void {
    this.#mapWindows();
  }

  #target(offset: number): PciFunction | undefined {
    if (offset >= BUS_BYTES || (offset & FUNCTION_MASK) !== 0) return undefined;
    return this.#slots[offset >>> SLOT_SHIFT];
  }

  #mapWindows(): void {
    const windows: Window[] = [];
    for (const slot of this.#slots) {
      const base = slot?.config.barAddress(WINDOW_BAR);
      if (slot && base !== undefined && base !== null)
        windows.push({ base, end: base + slot.config.barSize(WINDOW_BAR), slot });
    }
    this.#windows = windows;
    this.#last = undefined;
  }

  #window(address: number): Window | undefined {
    const last = this.#last;
    if (last && address >= last.base && address < last.end) return last;
    this.#last = this.#windows.find((window) => address >= window.base && address < window.end);
    return this.#last;
  }

  /** PCI-to-PCI Bridge 1.2, "Interrupt Support": pin INTA of slot n is wire n modulo 4. */
  #pull(slot: number, level: boolean): void {
    const wire = slot % PINS;
    const before = this.#pulled[wire] ?? 0;
    const after = (level ? before | (1 << slot) : before & ~(1 << slot)) >>> 0;
    this.#pulled[wire] = after;
    if ((before === 0) !== (after === 0)) this.#lines[wire]?.(after !== 0);
  }
}
