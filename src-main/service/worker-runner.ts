import type { MachineRun, MachineRunner, RunSpec } from '../../src-core/hypervisor/runner.ts';
import { builtFile, compileCore } from './built-files.ts';
import { MachineThread } from './machine-thread.ts';
import { PreparedMemory } from './prepared-memory.ts';
import { WorkerRun } from './worker-run.ts';

/** After a machine has started, so that the thread that waits for the next one does not slow it down. */
const SPARE_AFTER_MS = 1000;

/**
 * Runs machines, each in a worker thread of its own. While one runs, a thread more waits with its program loaded: a
 * copy of a machine, or the next one, begins without waiting for that.
 */
export class WorkerRunner implements MachineRunner {
  readonly #core: WebAssembly.Module;
  readonly #program: URL;
  readonly #memory: PreparedMemory;
  readonly #running = new Set<WorkerRun>();
  #spare: MachineThread | null = null;
  #timer: NodeJS.Timeout | undefined;

  private constructor(core: WebAssembly.Module, program: URL, memory: PreparedMemory) {
    this.#core = core;
    this.#program = program;
    this.#memory = memory;
  }

  /** @throws AppError 'unavailable' when Innkeeper was not built whole */
  static async open(): Promise<WorkerRunner> {
    const memory = new PreparedMemory(builtFile('memory-worker'));
    return new WorkerRunner(await compileCore(), builtFile('machine-worker'), memory);
  }

  launch(spec: RunSpec): MachineRun {
    const thread = this.#spare ?? new MachineThread(this.#program, this.#core, false);
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
      if (this.#running.size > 0) this.#spare ??= new MachineThread(this.#program, this.#core, true);
    }, SPARE_AFTER_MS);
    this.#timer.unref();
  }

  #ended(run: WorkerRun): void {
    this.#running.delete(run);
    if (this.#running.size > 0) return;
    clearTimeout(this.#timer);
    this.#memory.drop();
    void this.#spare?.terminate();
    this.#spare = null;
  }
}
