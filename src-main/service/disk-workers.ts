import { Turns } from '../../src-core/base/turns.ts';
import type {
  CopyRequest,
  DiskCheck,
  DiskDetails,
  DiskPlace,
  DiskWork,
  FoldRequest,
  WorkWatch,
} from '../../src-core/hypervisor/layers/disk-work.ts';
import type { DiskTask, DiskTaskAnswers } from '../workers/disk-work-protocol.ts';
import { workInThread } from './work-thread.ts';

/** Work on disks, each piece in a thread that begins and ends with it. */
export class DiskWorkers implements DiskWork {
  /** One after the other: together they would only wait for the same disk. */
  readonly #turns = new Turns();

  copy(request: CopyRequest, watch?: WorkWatch): Promise<void> {
    return this.#do({ kind: 'copy', request }, `copy the disk ${request.from.path}`, watch);
  }

  grow(disk: DiskPlace, sizeBytes: number): Promise<void> {
    return this.#do({ kind: 'grow', disk, sizeBytes }, `grow the disk ${disk.path}`);
  }

  inspect(disk: DiskPlace): Promise<DiskDetails> {
    return this.#do({ kind: 'inspect', disk }, `look at the disk ${disk.path}`);
  }

  check(disk: DiskPlace, repair: boolean): Promise<DiskCheck> {
    return this.#do({ kind: 'check', disk, repair }, `check the disk ${disk.path}`);
  }

  fold(request: FoldRequest, watch?: WorkWatch): Promise<void> {
    return this.#do({ kind: 'fold', request }, `fold the disk ${request.lower.path}`, watch);
  }

  #do<T extends DiskTask>(task: T, doing: string, watch?: WorkWatch): Promise<DiskTaskAnswers[T['kind']]> {
    return this.#turns.take(() => workInThread<DiskTaskAnswers[T['kind']]>('disk-worker', { task, doing }, watch));
  }
}
