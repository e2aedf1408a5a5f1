import { assert } from '../../../src-core/base/errors.ts';
import type { RunShareSpec } from '../../../src-core/hypervisor/runner.ts';
import type { ShareInSlot } from '../../../src-core/machine/board-interface.ts';
import type { HostFolder } from './host-folder.ts';
import { openSharedFolder } from './open-shared-folder.ts';

/** A shared folder of a machine that runs. */
export interface RunShare extends ShareInSlot {
  readonly folder: HostFolder;
}

/** The shared folders of a machine that runs, by slot. A thread that is terminated leaves what was open to its process. */
export class RunShares {
  readonly #shares = new Map<number, RunShare>();

  get all(): readonly RunShare[] {
    return [...this.#shares.values()];
  }

  /** @param doing for the failure: "start machine web" @throws AppError when it cannot be opened */
  open({ slot, tag, hostDirectory, readOnly }: RunShareSpec, doing: string): RunShare {
    assert(!this.#shares.has(slot), `shared folder ${slot} is there already`);
    const share = { slot, tag, folder: openSharedFolder(hostDirectory, readOnly, doing) };
    this.#shares.set(slot, share);
    return share;
  }

  close(slot: number): void {
    const share = this.#shares.get(slot);
    assert(share, `the machine has no shared folder ${slot}`);
    this.#shares.delete(slot);
    share.folder.close();
  }

  closeAll(): void {
    for (const { slot } of this.all) this.close(slot);
  }
}
