import { type MessagePort, Worker } from 'node:worker_threads';
import { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import type { MachineThreadData, RunBeginning, RunCommand, RunReport } from '../workers/run-protocol.ts';

/** A thread that outgrows this ends alone; without a limit it would take the whole process with it. */
const LARGEST_HEAP_MIB = 512;

/** What all machines' threads are made of. */
export interface MachinePrograms {
  readonly core: WebAssembly.Module;
  readonly machine: URL;
  readonly hart: URL;
}

/** A thread for one machine. It loads its program at once, and waits to be told which machine it is. */
export class MachineThread {
  readonly doorbell = new Doorbell();
  readonly #worker: Worker;

  /** @param isSpare nobody waits for it yet */
  constructor({ core, machine, hart }: MachinePrograms, isSpare: boolean) {
    const doorbell = this.doorbell.buffer;
    const workerData: MachineThreadData = { core, hartProgram: hart.href, doorbell, isSpare };
    this.#worker = new Worker(machine, {
      workerData,
      name: 'machine',
      resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MIB },
    });
    // One that waits keeps nobody from ending.
    this.#worker.unref();
  }

  /** @param onEnd is told why when the thread ends without having been asked to */
  listen(onReport: (report: RunReport) => void, onEnd: (because: string) => void): void {
    this.#worker.ref();
    this.#worker.on('message', onReport);
    this.#worker.on('error', (error: unknown) => {
      onEnd(`a defect of Innkeeper: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#worker.on('exit', (code) => onEnd(`its processor thread ended unexpectedly, with status ${code}`));
  }

  /** @param given ports in the message, which are the thread's from now on */
  send(message: RunBeginning | RunCommand, given: MessagePort[] = []): void {
    this.#worker.postMessage(message, given);
    this.doorbell.ring();
  }

  /** Resolves when nothing of it runs. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
