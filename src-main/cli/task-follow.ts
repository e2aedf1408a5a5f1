import type { TaskView } from '../../src-core/contract/tasks.ts';
import { EventWatch } from './event-watch.ts';
import type { CliIo, ServiceConnection } from './io.ts';
import { followTask } from './machine-wait.ts';
import { withService } from './with-service.ts';

interface LongWork {
  start(service: ServiceConnection): Promise<TaskView>;
  /** Once it is done. */
  after(service: ServiceConnection): void | Promise<void>;
}

/** Starts a task and shows it to its end; Ctrl-C cancels it. @throws AppError as the task does */
export function followToEnd(io: CliIo, doing: string, work: LongWork): Promise<void> {
  return withService(io, async (service) => {
    const watch = await EventWatch.open(io, service);
    const task = await work.start(service);
    await followTask(io, watch, task.id, doing, {
      cancel: () => void service.tasks.cancel({ task: task.id }).catch(() => undefined),
      onCancel: 'It goes on in the background.',
    });
    await work.after(service);
  });
}
