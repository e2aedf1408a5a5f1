import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../src-core/base/errors.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import type { ArchiveTask } from './archive-work-protocol.ts';
import { carryOut } from './archive-tasks.ts';
import { CancelFlag, type WorkReport, type WorkerData } from './work-protocol.ts';

/** The thread of one piece of work on files that come from outside, or go there. */
assert(parentPort, 'this is the program of a worker thread');
const port = parentPort;
const { task, doing, cancel } = workerData as WorkerData;

function report(message: WorkReport): void {
  port.postMessage(message);
}

try {
  const flag = new CancelFlag(cancel);
  const progress = (fraction: number): void => report({ kind: 'progress', fraction });
  const work = { doing, progress, cancelled: () => flag.raised };
  report({ kind: 'done', answer: await carryOut(task as ArchiveTask, work) });
} catch (error) {
  report({ kind: 'failed', failure: toFailure(error, doing) });
}
