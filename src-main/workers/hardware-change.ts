import { AppError } from '../../src-core/base/errors.ts';
import type { RunChange, RunDiskSpec, RunShareSpec } from '../../src-core/hypervisor/runner.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import { PCI_SLOT } from '../../src-core/machine/board/pci-slots.ts';
import { FileSystemDevice } from '../../src-core/machine/devices/virtio/fs/device.ts';
import { cardEnd, cardInSlot } from './run-cards.ts';
import type { ProcessorLimit } from './processor-limit.ts';
import type { RunDisks } from './run-disks.ts';
import type { RunShares } from './shared-folder/run-shares.ts';

export interface ChangeableMachine {
  readonly board: Board;
  readonly disks: RunDisks;
  readonly shares: RunShares;
  readonly limit: ProcessorLimit;
}

/** Changes the hardware of a machine between two slices. @throws AppError; then all is as before */
export function changeHardware(machine: ChangeableMachine, change: RunChange): void {
  switch (change.kind) {
    case 'cpu-limit':
      limitProcessor(machine, change.percent);
      return;
    case 'memory':
      setMemory(machine, change.bytes);
      return;
    case 'attach-disk':
      attach(machine, change.disk);
      return;
    case 'detach-disk':
      detach(machine, change.slot);
      return;
    case 'attach-share':
      plugShare(machine, change.share);
      return;
    case 'detach-share':
      machine.board.unplug(PCI_SLOT.shares + change.slot);
      machine.shares.close(change.slot);
      return;
    case 'attach-card':
      machine.board.cards.attach(cardInSlot(change.card));
      return;
    case 'detach-card':
      machine.board.cards.detach(change.slot);
      return;
    case 'connect-card':
      machine.board.cards.connect(change.slot, cardEnd(change.cable));
      return;
    case 'grow-disk':
      grow(machine, change.slot, change.sizeBytes);
      return;
  }
}

/** The percentage is of each processor of the machine: what each of their threads may use. */
export function limitProcessor(
  { limit, board }: Pick<ChangeableMachine, 'limit' | 'board'>,
  percent: number | null,
): void {
  const share = percent === null ? null : percent / 100;
  limit.set(share);
  board.others?.limit(share);
}

/** The guest takes its time; how far it came is measured. */
function setMemory({ board }: ChangeableMachine, bytes: number): void {
  const { balloon, ram } = board;
  if (!balloon.isDriven) {
    throw new AppError({
      code: 'not-supported',
      doing: 'change the memory of the machine',
      because: 'its guest has no driver for the memory balloon (virtio_balloon), or has not loaded it yet',
      hint: 'Try again when its guest has started, or stop the machine to change its memory.',
    });
  }
  balloon.ask(ram.sizeBytes - bytes);
}

function attach({ board, disks }: ChangeableMachine, spec: RunDiskSpec): void {
  board.disks.attach(spec.slot, disks.open(spec));
}

/** The guest may not have let go of it: what it had written is kept, and its driver finds that the disk is gone. */
function detach({ board, disks }: ChangeableMachine, slot: number): void {
  const disk = disks.get(slot);
  if (!disk.readOnly) disk.flush();
  board.disks.detach(slot);
  disks.close(slot);
}

function plugShare({ board, shares }: ChangeableMachine, spec: RunShareSpec): void {
  const { folder } = shares.open(spec, `share ${spec.hostDirectory}`);
  board.plug(PCI_SLOT.shares + spec.slot, new FileSystemDevice(board.ram, folder, spec.tag));
}

function grow({ board, disks }: ChangeableMachine, slot: number, sizeBytes: number): void {
  const disk = disks.get(slot);
  if (sizeBytes < disk.sizeBytes) {
    const doing = `grow disk ${slot}`;
    throw new AppError({ code: 'invalid-input', doing, because: 'a disk can only become larger' });
  }
  disk.grow(sizeBytes);
  board.disks.resized(slot);
}
