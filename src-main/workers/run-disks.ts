import { AppError, assert } from '../../src-core/base/errors.ts';
import type { RunDiskSpec } from '../../src-core/hypervisor/runner.ts';
import { RunDisk } from './run-disk.ts';

/** The open disks of a machine that runs, by slot. */
export class RunDisks {
  readonly #disks = new Map<number, RunDisk>();

  /** In the order of their slots. */
  get all(): readonly RunDisk[] {
    return [...this.#disks.values()].sort((a, b) => a.slot - b.slot);
  }

  /** @throws AppError when it cannot be opened, or is damaged */
  open(spec: RunDiskSpec): RunDisk {
    assert(!this.#disks.has(spec.slot), `disk ${spec.slot} is there already`);
    const disk = new RunDisk(spec);
    this.#disks.set(spec.slot, disk);
    return disk;
  }

  get(slot: number): RunDisk {
    const disk = this.#disks.get(slot);
    assert(disk, `the machine has no disk ${slot}`);
    return disk;
  }

  /** Flushes it and lets go of its files. @throws AppError when what was written to it may be lost */
  close(slot: number): void {
    const disk = this.get(slot);
    this.#disks.delete(slot);
    disk.close();
  }

  /** @returns why one of them could not be brought to an end, or null */
  closeAll(): string | null {
    let wrong: string | null = null;
    for (const { slot } of this.all) {
      try {
        this.close(slot);
      } catch (error) {
        wrong = error instanceof AppError ? error.because : String(error);
      }
    }
    return wrong;
  }
}
