import { Worker } from 'node:worker_threads';
import { Deferred } from '../../src-core/base/deferred.ts';
import { AppError, assert } from '../../src-core/base/errors.ts';
import { fromFailure } from '../../src-core/contract/failures.ts';
import { Doorbell } from '../../src-core/hypervisor/doorbell.ts';
import type {
  Captured,
  CaptureRequest,
  MachineRun,
  RunChange,
  RunEnd,
  RunMeasurement,
  RunSpec,
} from '../../src-core/hypervisor/runner.ts';
import { allocateSharedPipe, ServiceEnd } from '../../src-core/hypervisor/shared-pipe.ts';
import { Gauges } from '../workers/run-protocol.ts';
import type { RunCommand, RunReport, RunWorkerData } from '../workers/run-protocol.ts';

const PIPE_BYTES = 64 * 1024;
/** A thread that outgrows this ends alone; without a limit it would take the whole process with it. */
const LARGEST_HEAP_MIB = 512;

/** A run of a machine in a worker thread, seen from the service. */
export class WorkerRun implements MachineRun {
  readonly console: ServiceEnd;
  readonly agent: ServiceEnd;
  readonly #doorbell = new Doorbell();
  readonly #gauges = new Gauges();
  readonly #worker: Worker;
  readonly #name: string;
  readonly #started = new Deferred<undefined>();
  readonly #ended = new Deferred<RunEnd>();
  readonly #answers = new Map<number, Deferred<Captured | undefined>>();
  #lastId = 0;
  #over = false;

  constructor(program: URL, core: WebAssembly.Module, spec: RunSpec) {
    this.#name = spec.name;
    const console = allocateSharedPipe(PIPE_BYTES);
    const agent = allocateSharedPipe(PIPE_BYTES);
    this.console = new ServiceEnd(console, this.#doorbell);
    this.agent = new ServiceEnd(agent, this.#doorbell);
    const shared = { doorbell: this.#doorbell.buffer, console, agent, gauges: this.#gauges.buffer };
    const workerData: RunWorkerData = { spec, core, ...shared };
    this.#worker = new Worker(program, {
      workerData,
      name: `machine ${spec.name}`,
      resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MIB },
    });
    this.#worker.on('message', (report: RunReport) => this.#hear(report));
    this.#worker.on('error', (error: unknown) => {
      const because = error instanceof Error ? error.message : String(error);
      this.#fail(`a defect of Innkeeper: ${because}`);
    });
    this.#worker.on('exit', (code) => this.#fail(`its processor thread ended unexpectedly, with status ${code}`));
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  get ended(): Promise<RunEnd> {
    return this.#ended.promise;
  }

  async pause(): Promise<void> {
    await this.#ask((id) => ({ kind: 'pause', id }));
  }

  async resume(): Promise<void> {
    await this.#ask((id) => ({ kind: 'resume', id }));
  }

  async capture(request: CaptureRequest): Promise<Captured> {
    const captured = await this.#ask((id) => ({ kind: 'capture', id, request }));
    assert(captured, 'a capture was answered without one');
    return captured;
  }

  async change(change: RunChange): Promise<void> {
    await this.#ask((id) => ({ kind: 'change', id, change }));
  }

  get memoryBase(): string | null {
    return null;
  }

  resize({ columns, rows }: { columns: number; rows: number }): void {
    this.#command({ kind: 'resize', columns, rows });
  }

  measure(): RunMeasurement {
    const gauges = this.#gauges;
    return {
      processorMs: gauges.get('processorMs'),
      memoryUsedBytes: gauges.get('memoryUsedBytes'),
      balloonBytes: gauges.get('balloonBytes'),
      instructions: gauges.get('instructions'),
      diskReadBytes: gauges.get('diskReadBytes'),
      diskWrittenBytes: gauges.get('diskWrittenBytes'),
      turns: gauges.get('turns'),
      asleep: gauges.get('asleep') === 1,
    };
  }

  async terminate(): Promise<void> {
    this.#close();
    await this.#worker.terminate();
  }

  #hear(report: RunReport): void {
    if (this.#over) return;
    switch (report.kind) {
      case 'started': {
        this.#started.resolve(undefined);
        return;
      }
      case 'not-started': {
        this.#started.reject(fromFailure(report.failure));
        return;
      }
      case 'done':
      case 'captured': {
        this.#answered(report);
        return;
      }
      case 'nudge': {
        this.#nudged(report.pipe);
        return;
      }
      case 'ended': {
        this.#ended.resolve(report.end);
        return;
      }
    }
  }

  #answered(report: Extract<RunReport, { kind: 'done' | 'captured' }>): void {
    const answer = this.#answers.get(report.id);
    this.#answers.delete(report.id);
    if (report.kind === 'captured') answer?.resolve(report.captured);
    else if (report.failure === undefined) answer?.resolve(undefined);
    else answer?.reject(fromFailure(report.failure));
  }

  /** Bytes of a guest run through code of ours here: a defect in it ends this machine, not the service. */
  #nudged(pipe: 'console' | 'agent'): void {
    try {
      this[pipe].nudged();
    } catch (error) {
      this.#fail(`a defect of Innkeeper: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #fail(cause: string): void {
    if (this.#over) return;
    const because = cause;
    this.#started.reject(new AppError({ code: 'internal', doing: `start machine ${this.#name}`, because }));
    this.#ended.resolve({ kind: 'failed', cause });
  }

  #ask(command: (id: number) => RunCommand): Promise<Captured | undefined> {
    const id = ++this.#lastId;
    const answer = new Deferred<Captured | undefined>();
    this.#answers.set(id, answer);
    this.#command(command(id));
    return answer.promise;
  }

  #command(command: RunCommand): void {
    this.#worker.postMessage(command);
    this.#doorbell.ring();
  }

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    const doing = `speak to machine ${this.#name}`;
    const gone = new AppError({ code: 'wrong-state', doing, because: 'its power was taken away' });
    this.#started.reject(gone);
    for (const answer of this.#answers.values()) answer.reject(gone);
    this.#answers.clear();
  }
}
