import { AppError, asPartOf } from '../../base/errors.ts';
import type { CreateMachine } from '../../contract/machines.ts';
import { PCI_SLOT, pciAddress } from '../../machine/board/pci-slots.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { inspectDisk } from '../machine-disks/disk-image.ts';
import { mustBeChangeable } from './hardware-rules.ts';
import { IMAGE_DISK_SLOT } from '../machine-disks/image-disk.ts';
import type { LiveRun } from '../life/live-run.ts';
import type { MachineBody } from '../life/machine-body.ts';
import { checkSize, locateDisks, planDisks } from '../machine-disks/machine-disks.ts';

type DefinedDisk = MachineDefinition['disks'][number];
type DiskForMachine = NonNullable<CreateMachine['disks']>[number];

/** Gives a machine disks, takes them away and makes them larger, while it is off and while it runs. */
export class HardwareDisks {
  readonly #body: MachineBody;

  constructor(body: MachineBody) {
    this.#body = body;
  }

  /** @throws AppError 'wrong-state', 'not-found', 'invalid-input', 'unavailable', 'disk-full', … ; nothing was changed then */
  async attach(wanted: DiskForMachine): Promise<void> {
    const body = this.#body;
    const doing = `attach a disk to machine ${body.name}`;
    await this.#inTurn(doing, async () => {
      const pin = body.around.layers.pin();
      try {
        const [disk] = await planDisks(body.around, doing, [wanted], takenSlots(body.definition), pin);
        if (disk) await this.#add(disk, doing);
      } finally {
        pin.dispose();
      }
    });
  }

  /**
   * @param force also when the guest uses it, or when nobody answers in the guest
   * @throws AppError 'wrong-state', 'not-found', 'guest-failed', 'unavailable'
   */
  async detach(slot: number, force: boolean): Promise<void> {
    const body = this.#body;
    const doing = `detach disk ${slot} of machine ${body.name}`;
    await this.#inTurn(doing, async () => {
      this.#find(slot, doing);
      const { live } = body;
      if (live) await this.#takeOut(live, slot, force, doing);
      try {
        await asPartOf(
          doing,
          body.documents.change((now) => withoutDisk(now, slot)),
        );
      } catch (error) {
        // It still has the disk: so shall its guest.
        if (live) await this.#plug(live, this.#find(slot, doing)).catch(() => undefined);
        throw error;
      }
      live?.releaseDisk(slot);
      body.around.layers.sweepSoon();
    });
  }

  /** @throws AppError 'wrong-state', 'not-found', 'invalid-input', 'denied', 'unavailable', 'disk-full' */
  async grow(slot: number, sizeBytes: number): Promise<void> {
    const body = this.#body;
    const doing = `grow disk ${slot} of machine ${body.name}`;
    await this.#inTurn(doing, async () => {
      const disk = this.#find(slot, doing);
      if (disk.readOnly) throw new AppError({ code: 'denied', doing, because: 'it is attached as read-only' });
      checkSize(doing, sizeBytes);
      const { identity, sizeBytes: before } = await inspectDisk(body.around.files, doing, disk);
      if (sizeBytes === before) return;
      if (sizeBytes < before) throw mustNotShrink(doing, before, sizeBytes);
      if (body.live) {
        await asPartOf(doing, body.live.run.change({ kind: 'grow-disk', slot, sizeBytes }));
        return;
      }
      const lease = body.around.disks.acquire(doing, disk.path, { identity, readOnly: false, holder: body.name });
      try {
        await asPartOf(doing, body.around.work.grow(disk, sizeBytes));
      } finally {
        lease.dispose();
      }
    });
  }

  async #inTurn(doing: string, work: () => Promise<void>): Promise<void> {
    const body = this.#body;
    await body.turns.take(async () => {
      mustBeChangeable(body.state, 'its disks', doing);
      await work();
    });
    body.tell();
  }

  /** With its whole path. */
  #find(slot: number, doing: string): DefinedDisk {
    const disks = locateDisks(this.#body.definition, this.#body.around);
    const found = disks.find((disk) => disk.slot === slot);
    if (found) return found;
    const because = `it has no disk ${slot}`;
    const hint = disks.length === 0 ? 'It has none at all.' : `It has ${disks.map((disk) => disk.slot).join(', ')}.`;
    throw new AppError({ code: 'not-found', doing, because, hint });
  }

  async #add(disk: DefinedDisk, doing: string): Promise<void> {
    const body = this.#body;
    const { live } = body;
    const [located] = locateDisks({ disks: [disk] }, body.around);
    if (live && located) await this.#lend(live, located, doing);
    try {
      await asPartOf(
        doing,
        body.documents.change((now) => withDisk(now, disk)),
      );
    } catch (error) {
      if (live) await live.run.change({ kind: 'detach-disk', slot: disk.slot }).catch(() => undefined);
      live?.releaseDisk(disk.slot);
      throw error;
    }
    if (live) await this.#announce(live, disk.slot);
  }

  async #lend(live: LiveRun, disk: DefinedDisk, doing: string): Promise<void> {
    const { around, name } = this.#body;
    const { identity } = await inspectDisk(around.files, doing, disk);
    const lease = around.disks.acquire(doing, disk.path, { identity, readOnly: disk.readOnly, holder: name });
    try {
      await asPartOf(doing, this.#plug(live, disk));
    } catch (error) {
      lease.dispose();
      throw error;
    }
    live.keepDisk({ slot: disk.slot, dispose: () => lease.dispose() });
  }

  #plug(live: LiveRun, disk: DefinedDisk): Promise<void> {
    return live.run.change({ kind: 'attach-disk', disk });
  }

  /** The bus does not tell guests of what comes: its agent lets it look, or a person does. */
  async #announce(live: LiveRun, slot: number): Promise<void> {
    try {
      await live.agent.rescanPci();
    } catch (error) {
      const body = this.#body;
      body.around.log.warn(body.id, `its guest was not told of disk ${slot}`, { error });
      body.console.note(`Disk ${slot} is attached; "echo 1 >/sys/bus/pci/rescan" lets the guest find it`);
    }
  }

  async #takeOut(live: LiveRun, slot: number, force: boolean, doing: string): Promise<void> {
    const address = pciAddress(PCI_SLOT.disks + slot);
    try {
      await live.agent.removePci(address);
    } catch (error) {
      if (!force) throw notLetGo(error, doing);
      await removeAnyway(live, address);
    }
    await asPartOf(doing, live.run.change({ kind: 'detach-disk', slot }));
  }
}

/** The kernel lets go of a device whatever uses it; without an agent it finds out that the device is gone. */
async function removeAnyway(live: LiveRun, address: string): Promise<void> {
  if (live.agent.state !== 'ready') return;
  try {
    const session = await live.agent.exec({ command: ['sh', '-c', `echo 1 >/sys/bus/pci/devices/${address}/remove`] });
    session.finish();
    await session.result;
  } catch {
    // Nobody there, or nobody who could.
  }
}

function notLetGo(error: unknown, doing: string): AppError {
  const because = error instanceof AppError ? error.because : String(error);
  return new AppError({
    code: error instanceof AppError ? error.code : 'guest-failed',
    doing,
    because,
    hint: 'Let the guest unmount it first. Detach it by force only if what the guest has not written may be lost.',
    cause: error,
  });
}

/** The disk of an image that is not here yet has its place already. */
function takenSlots({ disks, awaitsImageDisk }: MachineDefinition): number[] {
  return [...(awaitsImageDisk ? [IMAGE_DISK_SLOT] : []), ...disks.map(({ slot }) => slot)];
}

function withDisk(definition: MachineDefinition, disk: DefinedDisk): MachineDefinition {
  return { ...definition, disks: [...definition.disks, disk].sort((a, b) => a.slot - b.slot) };
}

function withoutDisk(definition: MachineDefinition, slot: number): MachineDefinition {
  return {
    ...definition,
    disks: definition.disks.filter((disk) => disk.slot !== slot),
    bootOrder: definition.bootOrder.filter((other) => other !== slot),
  };
}

function mustNotShrink(doing: string, before: number, wanted: number): AppError {
  return new AppError({
    code: 'invalid-input',
    doing,
    because: 'a disk can only become larger',
    hint: 'Make a new, smaller disk and copy its files.',
    data: { sizeBytes: before, wantedBytes: wanted },
  });
}
