import type { Disposable } from '../../src-core/base/disposable.ts';
import { Emitter } from '../../src-core/base/emitter.ts';
import { AppError } from '../../src-core/base/errors.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { Clock } from '../../src-core/host/clock.ts';

/** So often at most clients hear of a task's progress. */
const PROGRESS_MS = 100;

export interface TaskWork {
  readonly title: string;
  readonly subject: TaskView['subject'];
  /** The work itself; it throws `signal.reason` or an AppError 'cancelled' when the signal is raised. */
  run(progress: (phase: string, fraction: number | null) => void, signal: AbortSignal): Promise<void>;
}

interface Task {
  view: TaskView;
  readonly abort: AbortController;
  due: Disposable | undefined;
}

/** Long work, listed. A finished task stays until it is dismissed or the service ends. */
export class Tasks {
  readonly #clock: Clock;
  readonly #tasks = new Map<string, Task>();
  readonly #changed = new Emitter<TaskView>();
  readonly #removed = new Emitter<string>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onChanged(listener: (view: TaskView) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#removed.on(listener);
  }

  list(): TaskView[] {
    return [...this.#tasks.values()].map(({ view }) => view);
  }

  /** @returns the task as it begins, and how its work ends */
  start(work: TaskWork): { view: TaskView; done: Promise<void> } {
    const id = `task-${++this.#lastId}`;
    const view: TaskView = {
      id,
      title: work.title,
      state: 'running',
      phase: 'Starting',
      fraction: null,
      cancellable: true,
      subject: work.subject,
      startedAt: this.#clock.now(),
      endedAt: null,
      failure: null,
    };
    const task: Task = { view, abort: new AbortController(), due: undefined };
    this.#tasks.set(id, task);
    this.#changed.fire(view);
    return { view, done: this.#carryOut(task, work) };
  }

  /** @throws AppError 'not-found', or 'wrong-state' when it has ended already */
  cancel(id: string): void {
    const task = this.#find(id, 'cancel');
    if (task.view.state !== 'running') {
      const because = 'it has ended already';
      throw new AppError({ code: 'wrong-state', doing: `cancel "${task.view.title}"`, because });
    }
    task.abort.abort();
  }

  /** @throws AppError 'not-found', or 'wrong-state' while it runs */
  dismiss(id: string): void {
    const task = this.#find(id, 'dismiss');
    if (task.view.state === 'running') {
      const because = 'it is still running';
      throw new AppError({
        code: 'wrong-state',
        doing: `dismiss "${task.view.title}"`,
        because,
        hint: 'Cancel it first.',
      });
    }
    this.#tasks.delete(id);
    this.#removed.fire(id);
  }

  /** Cancels all that runs. */
  close(): void {
    for (const { abort } of this.#tasks.values()) abort.abort();
  }

  async #carryOut(task: Task, work: TaskWork): Promise<void> {
    try {
      await work.run((phase, fraction) => this.#progress(task, phase, fraction), task.abort.signal);
      this.#end(task, { state: 'done', fraction: 1 });
    } catch (error) {
      const failure = toFailure(error, lowerFirst(work.title));
      this.#end(task, { state: failure.code === 'cancelled' ? 'cancelled' : 'failed', failure });
      throw error;
    }
  }

  #progress(task: Task, phase: string, fraction: number | null): void {
    if (task.view.state !== 'running') return;
    const samePhase = phase === task.view.phase;
    task.view = { ...task.view, phase, fraction };
    if (!samePhase) {
      this.#tell(task);
      return;
    }
    task.due ??= this.#clock.after(PROGRESS_MS, () => this.#tell(task));
  }

  #end(task: Task, change: Partial<TaskView>): void {
    task.view = { ...task.view, ...change, endedAt: this.#clock.now(), cancellable: false };
    this.#tell(task);
  }

  #tell(task: Task): void {
    task.due?.dispose();
    task.due = undefined;
    this.#changed.fire(task.view);
  }

  #find(id: string, verb: string): Task {
    const task = this.#tasks.get(id);
    if (task) return task;
    throw new AppError({ code: 'not-found', doing: `${verb} task ${id}`, because: 'there is no such task' });
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
