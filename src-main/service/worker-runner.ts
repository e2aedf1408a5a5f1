import type { MachineRun, MachineRunner, RunSpec } from '../../src-core/hypervisor/runner.ts';
import { builtFile, compileCore } from './built-files.ts';
import { type MachinePrograms, MachineThread } from './machine-thread.ts';
import { PreparedMemory } from './prepared-memory.ts';
import { WorkerRun } from './worker-run.ts';

/** After a machine has started, so that the thread that waits for the next one does not slow it down. */
const SPARE_AFTER_MS = 1000;
/** So long after the last machine has ended it waits: nodes for containers sleep, and are to be there at once. */
const SPARE_FOR_MS = 30 * 60_000;

/**
 * Runs machines, each in a worker thread of its own. While one runs, and some time after, a thread more waits with its
 * program loaded: a copy of a machine, or the next one, begins without waiting for that.
 */
export class WorkerRunner implements MachineRunner {
  readonly #programs: MachinePrograms;
  readonly #memory: PreparedMemory;
  readonly #running = new Set<WorkerRun>();
  #spare: MachineThread | null = null;
  #timer: NodeJS.Timeout | undefined;

  private constructor(programs: MachinePrograms, memory: PreparedMemory) {
    this.#programs = programs;
    this.#memory = memory;
  }

  /** @throws AppError 'unavailable' when Innkeeper was not built whole */
  static async open(): Promise<WorkerRunner> {
    const memory = new PreparedMemory(builtFile('memory-worker'));
    const [machine, hart] = [builtFile('machine-worker'), builtFile('hart-worker')];
    return new WorkerRunner({ core: await compileCore(), machine, hart }, memory);
  }

  launch(spec: RunSpec): MachineRun {
    const thread = this.#spare ?? new MachineThread(this.#programs, false);
    this.#spare = null;
    const run = new WorkerRun(thread, spec, this.#memory);
    this.#running.add(run);
    void run.gone.then(() => this.#ended(run));
    run.started.then(
      () => this.#prepare(),
      () => undefined,
    );
    return run;
  }

  #prepare(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#running.size > 0) this.#spare ??= new MachineThread(this.#programs, true);
    }, SPARE_AFTER_MS);
    this.#timer.unref();
  }

  #ended(run: WorkerRun): void {
    this.#running.delete(run);
    if (this.#running.size > 0) return;
    this.#memory.drop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#spare?.terminate();
      this.#spare = null;
    }, SPARE_FOR_MS);
    this.#timer.unref();
  }
}
