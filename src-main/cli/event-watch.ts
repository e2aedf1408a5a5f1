import { AppError } from '../../src-core/base/errors.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { CliIo, ServiceConnection } from './io.ts';

export interface WaitOptions {
  readonly limitMs?: number;
  /** What the person is told when the wait is cancelled. */
  readonly onCancel?: string;
  readonly cancel?: (() => void) | undefined;
}

/** The newest view of every machine and task, kept up to date by events. */
export class EventWatch {
  readonly #io: CliIo;
  readonly #machines = new Map<string, MachineView>();
  readonly #tasks = new Map<string, TaskView>();
  readonly #looks = new Set<() => void>();
  #lost = false;

  private constructor(io: CliIo) {
    this.#io = io;
  }

  static async open(io: CliIo, connection: ServiceConnection): Promise<EventWatch> {
    const watch = new EventWatch(io);
    connection.onEvent((event) => {
      if (event.type === 'machine') watch.#machines.set(event.machine.id, event.machine);
      else if (event.type === 'machine-removed') watch.#machines.delete(event.id);
      else if (event.type === 'task') watch.#tasks.set(event.task.id, event.task);
      else return;
      watch.#lookAgain();
    });
    void connection.closed.then(() => {
      watch.#lost = true;
      watch.#lookAgain();
    });
    await connection.events.subscribe({});
    return watch;
  }

  /** @returns the newest view of the machine with this name or id */
  find(reference: string): MachineView | undefined {
    return [...this.#machines.values()].find(({ id, name }) => id === reference || name === reference);
  }

  /**
   * Takes note of the answer to a request that was sent when `before` was the newest view. An event that came since
   * is kept: the answer may have been made before it.
   */
  note(answer: MachineView, before: MachineView | undefined): void {
    if (this.#machines.get(answer.id) === before) this.#machines.set(answer.id, answer);
  }

  machine(id: string): MachineView | undefined {
    return this.#machines.get(id);
  }

  get tasks(): readonly TaskView[] {
    return [...this.#tasks.values()];
  }

  task(id: string): TaskView | undefined {
    return this.#tasks.get(id);
  }

  /**
   * Waits until `look` sees something. Ctrl-C ends the wait, or, where there is something to `cancel`, cancels that
   * and waits on for its end; a second one then ends the wait.
   * @throws AppError `unavailable` when the connection is lost, `cancelled` on Ctrl-C, `timeout` after `limitMs`,
   *   or whatever `look` throws
   */
  until<T>(doing: string, look: () => T | undefined, options: WaitOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#looks.delete(again);
        interrupt.dispose();
        clearTimeout(timer);
        settle();
      };
      const again = () => {
        try {
          const seen = look();
          if (seen !== undefined) end(() => resolve(seen));
          else if (this.#lost) end(() => reject(lostWhile(doing)));
        } catch (error) {
          end(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      let cancel = options.cancel;
      const interrupt = this.#io.onSignal('SIGINT', () => {
        const first = cancel;
        cancel = undefined;
        if (first) first();
        else end(() => reject(cancelled(doing, options.onCancel)));
      });
      const timer =
        options.limitMs === undefined
          ? undefined
          : setTimeout(() => end(() => reject(tooLong(doing))), options.limitMs);
      this.#looks.add(again);
      again();
    });
  }

  #lookAgain(): void {
    for (const look of [...this.#looks]) look();
  }
}

function lostWhile(doing: string): AppError {
  const because = 'the connection to the service was lost';
  return new AppError({ code: 'unavailable', doing, because, hint: 'Look at its log, then try again.' });
}

function cancelled(doing: string, hint: string | undefined): AppError {
  return new AppError({ code: 'cancelled', doing, because: 'the wait was cancelled', ...(hint ? { hint } : {}) });
}

function tooLong(doing: string): AppError {
  return new AppError({ code: 'timeout', doing, because: 'it took too long', hint: 'Look at it with "inn vm ls".' });
}
