import { Worker } from 'node:worker_threads';
import { Deferred } from '../../src-core/base/deferred.ts';
import { AppError } from '../../src-core/base/errors.ts';
import { Turns } from '../../src-core/base/turns.ts';
import { fromFailure } from '../../src-core/contract/failures.ts';
import type {
  CopyRequest,
  DiskCheck,
  DiskDetails,
  DiskPlace,
  DiskWork,
  FoldRequest,
  WorkWatch,
} from '../../src-core/hypervisor/layers/disk-work.ts';
import { CancelFlag } from '../workers/disk-work-protocol.ts';
import type { DiskTask, DiskTaskAnswers, DiskWorkReport, DiskWorkerData } from '../workers/disk-work-protocol.ts';
import { builtFile } from './built-files.ts';

const LARGEST_HEAP_MIB = 512;

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
    return this.#turns.take(() => carryOut(task, doing, watch));
  }
}

async function carryOut<T extends DiskTask>(
  task: T,
  doing: string,
  watch?: WorkWatch,
): Promise<DiskTaskAnswers[T['kind']]> {
  const cancel = new CancelFlag();
  const raise = (): void => cancel.raise();
  if (watch?.signal.aborted === true) raise();
  const workerData: DiskWorkerData = { task, doing, cancel: cancel.buffer };
  const worker = new Worker(builtFile('disk-worker'), {
    workerData,
    name: doing,
    resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MIB },
  });
  watch?.signal.addEventListener('abort', raise);
  const outcome = new Deferred<unknown>();
  const defect = (because: string): void =>
    outcome.reject(new AppError({ code: 'internal', doing, because: `a defect of Innkeeper: ${because}` }));
  worker.on('message', (report: DiskWorkReport) => {
    if (report.kind === 'progress') watch?.progress(report.fraction);
    else if (report.kind === 'done') outcome.resolve(report.answer);
    else outcome.reject(fromFailure(report.failure));
  });
  worker.on('error', (error: unknown) => defect(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => defect(`its thread ended with status ${code}`));
  try {
    return (await outcome.promise) as DiskTaskAnswers[T['kind']];
  } finally {
    watch?.signal.removeEventListener('abort', raise);
    await worker.terminate();
  }
}
