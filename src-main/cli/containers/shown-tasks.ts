import type { Disposable } from '../../../src-core/base/disposable.ts';
import type { CliIo, ServiceConnection } from '../io.ts';
import { ProgressLine } from '../progress.ts';

/** What is there in a moment is not worth a line. */
const PATIENCE_MS = 300;

/**
 * Shows the tasks that go on while something is waited for: an image that is pulled, a node's image that is made.
 * Whoever waits only a moment is shown nothing, and the service is not asked.
 */
export async function showingTasks<T>(io: CliIo, service: ServiceConnection, work: Promise<T>): Promise<T> {
  const progress = new ProgressLine(io.stderr);
  let listener: Disposable | undefined;
  const timer = setTimeout(() => {
    listener = service.onEvent((event) => {
      if (event.type === 'task') progress.show(event.task);
    });
    void service.events.subscribe({}).catch(() => undefined);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    listener?.dispose();
    progress.clear();
  }
}
