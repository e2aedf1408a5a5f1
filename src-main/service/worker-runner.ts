import type { MachineRun, MachineRunner, RunSpec } from '../../src-core/hypervisor/runner.ts';
import { builtFile, compileCore } from './built-files.ts';
import { WorkerRun } from './worker-run.ts';

/** Runs machines, each in a worker thread of its own. */
export class WorkerRunner implements MachineRunner {
  readonly #core: WebAssembly.Module;
  readonly #program: URL;

  private constructor(core: WebAssembly.Module, program: URL) {
    this.#core = core;
    this.#program = program;
  }

  /** @throws AppError 'unavailable' when Innkeeper was not built whole */
  static async open(): Promise<WorkerRunner> {
    return new WorkerRunner(await compileCore(), builtFile('machine-worker'));
  }

  launch(spec: RunSpec): MachineRun {
    return new WorkerRun(this.#program, this.#core, spec);
  }
}
