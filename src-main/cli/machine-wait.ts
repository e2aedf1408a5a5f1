import { AppError } from '../../src-core/base/errors.ts';
import { fromFailure } from '../../src-core/contract/failures.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { EventWatch, WaitOptions } from './event-watch.ts';
import type { CliIo } from './io.ts';
import { ProgressLine } from './progress.ts';

/** Shows a task until it has ended. @throws AppError with the task's failure */
export async function followTask(io: CliIo, watch: EventWatch, id: string, doing: string, options: WaitOptions) {
  const progress = new ProgressLine(io.stderr);
  try {
    const ended = await watch.until(
      doing,
      () => {
        const task = watch.task(id);
        if (task) progress.show(task);
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
 * @param before the machine as it was: its run and its end are not those that are waited for
 * @throws AppError with the cause when it does not come to run
 */
export async function waitUntilRunning(
  io: CliIo,
  watch: EventWatch,
  told: MachineView,
  before: Pick<MachineView, 'startedAt' | 'lastEnd'>,
): Promise<MachineView> {
  const doing = `start machine ${told.name}`;
  const onCancel = `It goes on in the background: see "inn vm ls".`;
  watch.note(told);
  if (told.task !== null) await followTask(io, watch, told.task, doing, { onCancel });
  return watch.until(doing, () => whenStarted(watch.machine(told.id), before, doing), { onCancel });
}

function whenStarted(
  now: MachineView | undefined,
  before: Pick<MachineView, 'startedAt' | 'lastEnd'>,
  doing: string,
): MachineView | undefined {
  if (now === undefined) throw failed(doing, 'it was deleted');
  if (now.failure !== null) throw fromFailure(now.failure);
  if (now.state === 'failed') throw failed(doing, now.lastEnd?.cause ?? 'it failed', 'guest-failed');
  const runs = now.state === 'running' || now.state === 'paused';
  if (runs) return now.startedAt === before.startedAt ? undefined : now;
  // A short life is one too: it ran, and it is over. A restart first ends the run that there was.
  const hasEnded = now.state === 'stopped' && now.lastEnd !== null && now.lastEnd.at !== before.lastEnd?.at;
  return hasEnded && before.startedAt === null ? now : undefined;
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

function failed(doing: string, because: string, code: 'not-found' | 'guest-failed' = 'not-found'): AppError {
  return new AppError({ code, doing, because });
}
