import type { ConfigSpace } from '../pci/config-space.ts';
import { WINDOW_BAR } from '../pci/function.ts';

/** virtio 1.3 §4.1.4 "Virtio Structure PCI Capabilities": types. */
const CAPABILITY = { common: 1, notify: 2, interruptStatus: 3, device: 4, configAccess: 5 } as const;
const PCI_VENDOR_SPECIFIC = 0x09;

/** Where the structures are in the memory window of a virtio function. */
export const LAYOUT = {
  common: { offset: 0x0000, length: 0x40 },
  interruptStatus: { offset: 0x1000, length: 0x1000 },
  device: { offset: 0x2000, length: 0x1000 },
  notify: { offset: 0x3000, length: 0x1000 },
} as const;

export const WINDOW_BYTES = 0x4000;
/** Each queue has a notification register of its own. */
export const NOTIFY_MULTIPLIER = 4;

/** Offsets in `struct virtio_pci_cap`, which begins with the capability's identity and link bytes. */
const CAP_BODY = 2;
const ACCESS_BAR = 4;
const ACCESS_OFFSET = 8;
const ACCESS_LENGTH = 12;
const ACCESS_DATA = 16;

function capabilityBody(type: number, where: { offset: number; length: number }, extra: number): Uint8Array {
  const body = new Uint8Array(14 + extra);
  const view = new DataView(body.buffer);
  body[0] = CAP_BODY + body.length;
  body[1] = type;
  body[2] = WINDOW_BAR;
  view.setUint32(6, where.offset, true);
  view.setUint32(10, where.length, true);
  return body;
}

/** Lists the structures in the configuration space. @returns offset of the configuration access capability */
export function addVirtioCapabilities(config: ConfigSpace): number {
  const add = (type: number, where: { offset: number; length: number }) =>
    config.addCapability(PCI_VENDOR_SPECIFIC, capabilityBody(type, where, 0));
  add(CAPABILITY.common, LAYOUT.common);
  add(CAPABILITY.interruptStatus, LAYOUT.interruptStatus);
  add(CAPABILITY.device, LAYOUT.device);
  const notify = capabilityBody(CAPABILITY.notify, LAYOUT.notify, 4);
  new DataView(notify.buffer).setUint32(14, NOTIFY_MULTIPLIER, true);
  config.addCapability(PCI_VENDOR_SPECIFIC, notify);
  return config.addCapability(PCI_VENDOR_SPECIFIC, ...configAccess());
}

function configAccess(): [Uint8Array, Uint8Array] {
  const body = capabilityBody(CAPABILITY.configAccess, { offset: 0, length: 0 }, 4);
  const writable = new Uint8Array(body.length);
  writable[ACCESS_BAR - CAP_BODY] = 0xff;
  writable.fill(0xff, ACCESS_OFFSET - CAP_BODY, ACCESS_DATA - CAP_BODY + 4);
  return [body, writable];
}

/**
 * §4.1.4.9 "PCI configuration access capability": the registers of the window through configuration space, for
 * firmware that maps no windows.
 */
export class ConfigAccess {
  readonly #config: ConfigSpace;
  readonly #at: number;

  constructor(config: ConfigSpace, at: number) {
    this.#config = config;
    this.#at = at;
  }

  /** @returns the access that a read or write of configuration space at `offset` stands for, or null */
  target(offset: number): { readonly offset: number; readonly size: number } | null {
    if (offset < this.#at + ACCESS_DATA || offset >= this.#at + ACCESS_DATA + 4) return null;
    const bar = this.#config.read(this.#at + ACCESS_BAR, 1);
    const register = this.#config.read(this.#at + ACCESS_OFFSET, 4);
    const size = this.#config.read(this.#at + ACCESS_LENGTH, 4);
    const sane = bar === WINDOW_BAR && (size === 1 || size === 2 || size === 4) && register + size <= WINDOW_BYTES;
    return sane && register % size === 0 ? { offset: register, size } : null;
  }
}
