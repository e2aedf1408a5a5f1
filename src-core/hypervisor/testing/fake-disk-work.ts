import { AppError } from '../../base/errors.ts';
import { emptyQcow2 } from '../../disks/qcow2/create.ts';
import type { MemoryFiles } from '../../host/testing/memory-files.ts';
import type { CopyRequest, DiskCheck, DiskDetails, DiskPlace, DiskWork, FoldRequest } from '../layers/disk-work.ts';

/** Does no work on content: a copy is an empty disk, a fold makes the upper one stand where the lower stood. */
export class FakeDiskWork implements DiskWork {
  readonly calls: string[] = [];
  /** Called in the middle of each piece of work. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  readonly #files: MemoryFiles;

  constructor(files: MemoryFiles) {
    this.#files = files;
  }

  async copy({ from, to }: CopyRequest): Promise<void> {
    this.calls.push(`copy ${from.path} ${to.path}`);
    await this.meanwhile();
    await this.#files.writeAtomically(to.path, emptyQcow2({ sizeBytes: 1024 * 1024 }, to.path));
  }

  async grow(disk: DiskPlace, sizeBytes: number): Promise<void> {
    this.calls.push(`grow ${disk.path} ${sizeBytes}`);
    await this.#files.writeAtomically(disk.path, emptyQcow2({ sizeBytes }, disk.path));
  }

  inspect(disk: DiskPlace): Promise<DiskDetails> {
    if (this.#files.entries.has(disk.path)) return Promise.resolve({ sizeBytes: 1024 * 1024, ownBytes: 0 });
    const because = 'there is no such file';
    return Promise.reject(new AppError({ code: 'not-found', doing: `open ${disk.path}`, because }));
  }

  check(): Promise<DiskCheck> {
    return Promise.resolve({ corruptions: 0, leaks: 0, clean: true });
  }

  async fold({ lower, upper }: FoldRequest): Promise<void> {
    this.calls.push(`fold ${lower.path} ${upper.path}`);
    await this.meanwhile();
    await this.#files.writeAtomically(upper.path, await this.#files.read(lower.path));
  }
}
