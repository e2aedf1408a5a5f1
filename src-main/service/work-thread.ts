import { Worker } from 'node:worker_threads';
import { Deferred } from '../../src-core/base/deferred.ts';
import { AppError } from '../../src-core/base/errors.ts';
import { fromFailure } from '../../src-core/contract/failures.ts';
import type { WorkWatch } from '../../src-core/hypervisor/layers/disk-work.ts';
import { CancelFlag, type WorkReport, type WorkerData } from '../workers/work-protocol.ts';
import { builtFile } from './built-files.ts';

const LARGEST_HEAP_MIB = 512;

/**
 * One piece of heavy work, in a thread that begins and ends with it.
 * @param doing for failures: "copy the disk /…"
 * @throws AppError as the work does, 'cancelled' among others
 */
export async function workInThread<Answer>(
  program: 'disk-worker' | 'archive-worker',
  { task, doing }: { readonly task: unknown; readonly doing: string },
  watch?: WorkWatch,
): Promise<Answer> {
  const cancel = new CancelFlag();
  const raise = (): void => cancel.raise();
  if (watch?.signal.aborted === true) raise();
  const workerData: WorkerData = { task, doing, cancel: cancel.buffer };
  const worker = new Worker(builtFile(program), {
    workerData,
    name: doing,
    resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MIB },
  });
  watch?.signal.addEventListener('abort', raise);
  const outcome = new Deferred<unknown>();
  const defect = (because: string): void =>
    outcome.reject(new AppError({ code: 'internal', doing, because: `a defect of Innkeeper: ${because}` }));
  worker.on('message', (report: WorkReport) => {
    if (report.kind === 'progress') watch?.progress(report.fraction);
    else if (report.kind === 'done') outcome.resolve(report.answer);
    else outcome.reject(fromFailure(report.failure));
  });
  worker.on('error', (error: unknown) => defect(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => defect(`its thread ended with status ${code}`));
  try {
    return (await outcome.promise) as Answer;
  } finally {
    watch?.signal.removeEventListener('abort', raise);
    await worker.terminate();
  }
}
