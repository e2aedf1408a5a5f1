import { AppError } from '../../src-core/base/errors.ts';
import type { ErrorCode } from '../../src-core/base/errors.ts';
import { fromFailure } from '../../src-core/contract/failures.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { EventWatch, WaitOptions } from './event-watch.ts';
import type { CliIo } from './io.ts';
import { ProgressLine } from './progress.ts';

/** Waits until a task has ended, and shows it if that is wanted. @throws AppError with the task's failure */
export async function followTask(
  io: CliIo,
  watch: EventWatch,
  id: string,
  doing: string,
  options: WaitOptions,
  isShown = true,
): Promise<void> {
  const progress = new ProgressLine(io.stderr);
  try {
    const ended = await watch.until(
      doing,
      () => {
        const task = watch.task(id);
        if (task && isShown) progress.show(task);
        return task?.state === 'running' ? undefined : (task ?? 'gone');
      },
      options,
    );
    if (ended !== 'gone') checkEnd(ended, doing);
  } finally {
    progress.clear();
  }
}

function checkEnd(task: TaskView, doing: string): void {
  if (task.state === 'cancelled') throw new AppError({ code: 'cancelled', doing, because: 'it was cancelled' });
  if (task.state === 'failed') throw task.failure ? fromFailure(task.failure) : failed(doing, 'its task failed');
}

/**
 * Waits for a machine that was told to start: for its image if that is being built, then until it runs.
 * @param told the machine as the service answered
 * @param before the machine as it was, if there was one: its run and its end are not those that are waited for
 * @throws AppError with the cause when it does not come to run
 */
export async function waitUntilRunning(
  io: CliIo,
  watch: EventWatch,
  told: MachineView,
  before: MachineView | undefined,
): Promise<MachineView> {
  const doing = `start machine ${told.name}`;
  const onCancel = `It goes on in the background: see "inn vm ls".`;
  watch.note(told, before);
  const progress = new ProgressLine(io.stderr);
  const look = () => {
    const now = watch.machine(told.id);
    // Only on its way to run does it turn out that its image has to be made first.
    const task = now?.task ? watch.task(now.task) : undefined;
    if (task) progress.show(task);
    return whenStarted(now, before ?? NEVER_RAN, doing);
  };
  try {
    return await watch.until(doing, look, { onCancel });
  } finally {
    progress.clear();
  }
}

type Before = Pick<MachineView, 'startedAt' | 'lastEnd'>;
const NEVER_RAN: Before = { startedAt: null, lastEnd: null };

function whenStarted(now: MachineView | undefined, before: Before, doing: string): MachineView | undefined {
  if (now === undefined) throw failed(doing, 'it was deleted');
  if (now.failure !== null) throw fromFailure(now.failure);
  if (now.stopOverdue) throw overdue(doing, now.name);
  if (now.state === 'running' || now.state === 'paused') return now.startedAt === before.startedAt ? undefined : now;
  if (now.state !== 'stopped' && now.state !== 'failed') return undefined;
  return whenOver(now, before, doing);
}

/** It does not run any more. How it ended is told a moment later than that it did. */
function whenOver(now: MachineView, before: Before, doing: string): MachineView | undefined {
  const end = now.lastEnd?.at === before.lastEnd?.at ? null : now.lastEnd;
  if (end?.kind === 'failed') throw failed(doing, end.cause ?? 'it failed', 'guest-failed');
  // A short life is one too: it ran, and it is over.
  if (end?.kind === 'powered-off' && before.startedAt === null) return now;
  if (end === null && (now.state === 'failed' || now.startedAt !== null)) return undefined;
  throw failed(doing, 'it was stopped meanwhile', 'cancelled');
}

/** Waits until the guest has powered off. @throws AppError `timeout` when it does not do so within the grace */
export function waitUntilStopped(watch: EventWatch, machine: MachineView): Promise<MachineView> {
  const doing = `stop machine ${machine.name}`;
  const onCancel = 'The guest was asked to power off and may still do so.';
  return watch.until(
    doing,
    () => {
      const now = watch.machine(machine.id);
      if (now === undefined) throw failed(doing, 'it was deleted');
      if (now.state === 'stopped' || now.state === 'failed') return now;
      if (now.stopOverdue) throw overdue(doing, machine.name);
      return undefined;
    },
    { onCancel },
  );
}

function overdue(doing: string, name: string): AppError {
  const because = 'the guest has not powered off';
  return new AppError({ code: 'timeout', doing, because, hint: `Wait, or use force: inn vm kill ${name}` });
}

function failed(doing: string, because: string, code: ErrorCode = 'not-found'): AppError {
  return new AppError({ code, doing, because });
}
