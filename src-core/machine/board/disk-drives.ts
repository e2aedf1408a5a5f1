import { assert } from '../../base/errors.ts';
import type { BlockBackend } from '../board-interface.ts';
import type { GuestRam } from '../devices/guest-ram.ts';
import { BlockDevice } from '../devices/virtio/block.ts';
import type { VirtioDevice } from '../devices/virtio/device.ts';
import { MOST_DISKS, PCI_SLOT } from './pci-slots.ts';

/** More gain a guest nothing: one thread serves them all. */
const MOST_QUEUES = 4;

/** Where a device is put. */
export interface Sockets {
  plug(slot: number, device: VirtioDevice): void;
  unplug(slot: number): void;
}

interface Drive {
  readonly disk: BlockBackend;
  readonly device: BlockDevice;
}

/** The disks of a machine by their numbers: what a guest knows of a disk stays the same while others come and go. */
export class DiskDrives {
  readonly #ram: GuestRam;
  readonly #sockets: Sockets;
  readonly #queues: number;
  readonly #drives = new Map<number, Drive>();
  /** Of disks that are gone. */
  #readBefore = 0;
  #writtenBefore = 0;

  /** @param harts that may use them at the same time */
  constructor(ram: GuestRam, sockets: Sockets, harts: number) {
    this.#ram = ram;
    this.#queues = Math.min(harts, MOST_QUEUES);
    this.#sockets = sockets;
  }

  /** Also while the guest runs: it finds the disk when it looks at the PCI bus again. @param slot 0 to 15 */
  attach(slot: number, disk: BlockBackend): void {
    assert(slot >= 0 && slot < MOST_DISKS && !this.#drives.has(slot), `disk ${slot} cannot be attached`);
    const device = new BlockDevice(this.#ram, disk, `disk${slot}`, `innkeeper-disk${slot}`, this.#queues);
    this.#sockets.plug(PCI_SLOT.disks + slot, device);
    this.#drives.set(slot, { disk, device });
  }

  /** Whether the guest has let go of it or not. What it wrote before is given to the disk, which is then the caller's. */
  detach(slot: number): void {
    const { device } = this.#drive(slot);
    this.#sockets.unplug(PCI_SLOT.disks + slot);
    this.#drives.delete(slot);
    this.#readBefore += device.counters.readBytes;
    this.#writtenBefore += device.counters.writtenBytes;
  }

  /** The disk has another size: tells the guest. */
  resized(slot: number): void {
    this.#drive(slot).device.resized();
  }

  flush(): void {
    for (const { disk } of this.#drives.values()) if (!disk.readOnly) disk.flush();
  }

  /** Bytes read and written since the board was made, by disks that are gone too. */
  get traffic(): { readonly readBytes: number; readonly writtenBytes: number } {
    let [readBytes, writtenBytes] = [this.#readBefore, this.#writtenBefore];
    for (const { device } of this.#drives.values()) {
      readBytes += device.counters.readBytes;
      writtenBytes += device.counters.writtenBytes;
    }
    return { readBytes, writtenBytes };
  }

  #drive(slot: number): Drive {
    const drive = this.#drives.get(slot);
    assert(drive, `there is no disk ${slot}`);
    return drive;
  }
}
