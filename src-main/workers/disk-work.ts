import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../src-core/base/errors.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import type { DiskTask } from './disk-work-protocol.ts';
import { carryOut } from './disk-tasks.ts';
import { prepareZstd } from './zstd.ts';
import { CancelFlag, type WorkReport, type WorkerData } from './work-protocol.ts';

/** The thread of one piece of work on disks: begins with it and ends with it. */
assert(parentPort, 'this is the program of a worker thread');
const port = parentPort;
const { task, doing, cancel } = workerData as WorkerData;

function report(message: WorkReport): void {
  port.postMessage(message);
}

try {
  await prepareZstd();
  const flag = new CancelFlag(cancel);
  const progress = (fraction: number): void => report({ kind: 'progress', fraction });
  report({ kind: 'done', answer: carryOut(task as DiskTask, { doing, progress, cancelled: () => flag.raised }) });
} catch (error) {
  report({ kind: 'failed', failure: toFailure(error, doing) });
}
