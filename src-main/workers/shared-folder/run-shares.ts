import { assert } from '../../../src-core/base/errors.ts';
import type { RunShareSpec } from '../../../src-core/hypervisor/runner.ts';
import type { ShareInSlot } from '../../../src-core/machine/board-interface.ts';
import { LayersFolder } from '../../../src-core/containers/layer-tree/layers-folder.ts';
import type { SharedFolder } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import { FolderLayerStorage } from '../layer-storage.ts';
import { openSharedFolder } from './open-shared-folder.ts';

/** A shared folder of a machine that runs. */
export interface RunShare extends ShareInSlot {
  /** Nothing of it is open afterwards. */
  close(): void;
}

/** The shared folders of a machine that runs, by slot. A thread that is terminated leaves what was open to its process. */
export class RunShares {
  readonly #shares = new Map<number, RunShare>();

  get all(): readonly RunShare[] {
    return [...this.#shares.values()];
  }

  /** @param doing for the failure: "start machine web" @throws AppError when it cannot be opened */
  open(spec: RunShareSpec, doing: string): RunShare {
    const { slot, tag } = spec;
    assert(!this.#shares.has(slot), `shared folder ${slot} is there already`);
    const share = { slot, tag, ...openFolder(spec, doing) };
    this.#shares.set(slot, share);
    return share;
  }

  close(slot: number): void {
    const share = this.#shares.get(slot);
    assert(share, `the machine has no shared folder ${slot}`);
    this.#shares.delete(slot);
    share.close();
  }

  closeAll(): void {
    for (const { slot } of this.all) this.close(slot);
  }
}

function openFolder(
  { kind, hostDirectory, readOnly }: RunShareSpec,
  doing: string,
): { readonly folder: SharedFolder; close(): void } {
  if (kind === 'layers') {
    const storage = new FolderLayerStorage(hostDirectory);
    return { folder: new LayersFolder(storage), close: () => storage.close() };
  }
  const folder = openSharedFolder(hostDirectory, readOnly, doing);
  return { folder, close: () => folder.close() };
}
