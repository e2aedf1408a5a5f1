import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';

interface Lease {
  readonly identity: string;
  readonly readOnly: boolean;
  readonly holder: string;
}

/** Which running machine uses which disk file: one that is written is used by nobody else. */
export class DiskLeases {
  readonly #leases = new Set<Lease>();

  /**
   * @param identity of the file, the same by whichever path
   * @throws AppError 'unavailable' that names the machine which has it
   */
  acquire(doing: string, path: string, lease: Lease): Disposable {
    for (const other of this.#leases) {
      if (other.identity !== lease.identity || (other.readOnly && lease.readOnly)) continue;
      const both = other.holder === lease.holder;
      throw new AppError({
        code: 'unavailable',
        doing,
        because: both
          ? `the disk ${path} is attached to it twice`
          : `the disk ${path} is in use by machine ${other.holder}`,
        hint: both
          ? 'Attach it once, or only for reading.'
          : `Stop machine ${other.holder} first, or attach the disk as read-only to both.`,
        data: { path, holder: other.holder },
      });
    }
    this.#leases.add(lease);
    return { dispose: () => void this.#leases.delete(lease) };
  }
}
