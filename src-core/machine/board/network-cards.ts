import { assert } from '../../base/errors.ts';
import type { FramePort } from '../../host/frame-port.ts';
import type { CardInSlot } from '../board-interface.ts';
import type { GuestRam } from '../devices/guest-ram.ts';
import { NetDevice } from '../devices/virtio/net/device.ts';
import type { Sockets } from './disk-drives.ts';
import { MOST_CARDS, PCI_SLOT } from './pci-slots.ts';

/** The network cards of a machine by their numbers. */
export class NetworkCards {
  readonly #ram: GuestRam;
  readonly #sockets: Sockets;
  readonly #cards = new Map<number, NetDevice>();

  constructor(ram: GuestRam, sockets: Sockets) {
    this.#ram = ram;
    this.#sockets = sockets;
  }

  /** Also while the guest runs: it finds the card when it looks at the PCI bus again. */
  attach({ slot, mac, port }: CardInSlot): void {
    assert(slot >= 0 && slot < MOST_CARDS && !this.#cards.has(slot), `card ${slot} cannot be attached`);
    const card = new NetDevice(this.#ram, `card${slot}`, mac, port);
    this.#sockets.plug(PCI_SLOT.cards + slot, card);
    this.#cards.set(slot, card);
  }

  /** Whether the guest has let go of it or not. */
  detach(slot: number): void {
    this.#card(slot).connect(null);
    this.#sockets.unplug(PCI_SLOT.cards + slot);
    this.#cards.delete(slot);
  }

  /** Puts another cable in, or (null) pulls it: the guest sees the carrier go and, with a cable, come back. */
  connect(slot: number, port: FramePort | null): void {
    this.#card(slot).connect(port);
  }

  #card(slot: number): NetDevice {
    const card = this.#cards.get(slot);
    assert(card, `there is no card ${slot}`);
    return card;
  }
}
