import type { MessagePort } from 'node:worker_threads';
import { Deferred } from '../../src-core/base/deferred.ts';
import { AppError, assert } from '../../src-core/base/errors.ts';
import { fromFailure } from '../../src-core/contract/failures.ts';
import type {
  Captured,
  CaptureRequest,
  MachineRun,
  RunChange,
  RunEnd,
  RunMeasurement,
  RunSpec,
} from '../../src-core/hypervisor/runner.ts';
import { allocateSharedPipe, ServiceEnd } from '../../src-core/hypervisor/pipes/shared-pipe.ts';
import { Gauges } from '../workers/run-protocol.ts';
import type { LentMachine, RunAnswer, RunBeginning, RunCommand, RunReport } from '../workers/run-protocol.ts';
import type { MachineThread } from './machine-thread.ts';
import type { PreparedMemory } from './prepared-memory.ts';

const PIPE_BYTES = 64 * 1024;
/** For so long a thread may bring its disks to an end when the power is taken away. */
const STOP_MS = 1000;

/** A run of a machine in a worker thread, seen from the service. */
export class WorkerRun implements MachineRun {
  readonly console: ServiceEnd;
  readonly agent: ServiceEnd;
  readonly #gauges = new Gauges();
  readonly #thread: MachineThread;
  readonly #name: string;
  readonly #memoryBytes: number;
  readonly #started = new Deferred<undefined>();
  readonly #ended = new Deferred<RunEnd>();
  readonly #stopped = new Deferred<undefined>();
  readonly #gone = new Deferred<undefined>();
  readonly #answers = new Map<number, Deferred<RunAnswer>>();
  #lastId = 0;
  #isTold = false;
  #isGone = false;
  #over = false;
  #memoryBase: string | null = null;

  /** @param thread one that waits to be told its machine @param memory for it, if it is a copy; and for the next */
  constructor(thread: MachineThread, spec: RunSpec, memory: PreparedMemory) {
    this.#name = spec.name;
    this.#memoryBytes = spec.memoryBytes;
    this.#thread = thread;
    const console = allocateSharedPipe(PIPE_BYTES);
    const agent = allocateSharedPipe(PIPE_BYTES);
    this.console = new ServiceEnd(console, thread.doorbell);
    this.agent = new ServiceEnd(agent, thread.doorbell);
    thread.listen(
      (report) => this.#hear(report),
      (because) => this.#end(because),
    );
    const shared = { console, agent, gauges: this.#gauges.buffer };
    const { start } = spec;
    if (start.kind === 'fork')
      this.#copy(start.of, memory, (of) => ({ ...shared, spec: { ...spec, start: { kind: 'fork', of } } }));
    else this.#tell({ ...shared, spec: { ...spec, start } });
    if (start.kind === 'restore') this.#memoryBase = start.memory;
  }

  get bell(): SharedArrayBuffer {
    return this.#thread.doorbell.buffer;
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Resolves when it has ended or was terminated. */
  get gone(): Promise<void> {
    return this.#gone.promise;
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
    const answer = await this.#ask((id) => ({ kind: 'capture', id, request }));
    assert(answer.kind === 'captured', 'a capture was answered with something else');
    if (request.memory !== null) this.#memoryBase = request.memory;
    return answer.captured;
  }

  async change(change: RunChange): Promise<void> {
    await this.#ask((id) => ({ kind: 'change', id, change }));
  }

  get memoryBase(): string | null {
    return this.#memoryBase;
  }

  /** While it stands still: itself, for another thread to copy. @param prepared where a memory for the copy is */
  async lend(prepared: MessagePort | null): Promise<LentMachine> {
    const given = prepared ? [prepared] : [];
    const answer = await this.#ask((id) => ({ kind: 'lend', id, prepared }), given);
    assert(answer.kind === 'lent', 'a loan was answered with something else');
    return answer.machine;
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

  /** Between two slices of guest work the thread closes its disks, so that they need no repair; if it answers in time. */
  async terminate(): Promise<void> {
    const isNew = !this.#over;
    this.#close();
    if (isNew && this.#isTold && !this.#isGone) {
      this.#thread.send({ kind: 'stop' });
      const timer = setTimeout(() => this.#stopped.resolve(undefined), STOP_MS);
      await this.#stopped.promise;
      clearTimeout(timer);
    }
    await this.#thread.terminate();
    this.#gone.resolve(undefined);
  }

  #tell(beginning: RunBeginning): void {
    this.#isTold = true;
    this.#thread.send(beginning);
  }

  #copy(of: MachineRun, memory: PreparedMemory, beginning: (machine: LentMachine) => RunBeginning): void {
    assert(of instanceof WorkerRun, 'only what runs in a thread can be copied');
    this.#memoryBase = of.memoryBase;
    of.lend(memory.take(of.#memoryBytes)).then(
      (machine) => {
        const { memory: bytes, ramAt, writtenAt, state } = machine;
        memory.prepareLike({ memory: bytes, ramAt, writtenAt, ramBytes: state.memoryBytes });
        if (!this.#over) this.#tell(beginning(machine));
      },
      (error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)),
    );
  }

  #end(because: string): void {
    this.#isGone = true;
    this.#gone.resolve(undefined);
    this.#stopped.resolve(undefined);
    this.#fail(because);
    this.#giveUp(this.#cannotSpeak(because));
  }

  #hear(report: RunReport): void {
    if (report.kind === 'stopped') this.#stopped.resolve(undefined);
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
      case 'nudge': {
        this.#nudged(report.pipe);
        return;
      }
      case 'ended': {
        this.#isGone = true;
        this.#gone.resolve(undefined);
        this.#ended.resolve(report.end);
        this.#giveUp(this.#cannotSpeak('it has ended'));
        return;
      }
      case 'stopped':
        return;
      default:
        this.#answered(report);
    }
  }

  #answered(report: RunAnswer): void {
    const answer = this.#answers.get(report.id);
    this.#answers.delete(report.id);
    if (report.kind === 'refused') answer?.reject(fromFailure(report.failure));
    else answer?.resolve(report);
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

  /** @param given ports in the command */
  #ask(command: (id: number) => RunCommand, given: MessagePort[] = []): Promise<RunAnswer> {
    const id = ++this.#lastId;
    const answer = new Deferred<RunAnswer>();
    if (this.#over || this.#isGone) {
      for (const port of given) port.close();
      answer.reject(this.#cannotSpeak('it does not run any more'));
      return answer.promise;
    }
    this.#answers.set(id, answer);
    this.#command(command(id), given);
    return answer.promise;
  }

  #command(command: RunCommand, given: MessagePort[] = []): void {
    this.#thread.send(command, given);
  }

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    const gone = this.#cannotSpeak('its power was taken away');
    this.#started.reject(gone);
    this.#giveUp(gone);
  }

  /** Nobody answers any more. */
  #giveUp(gone: AppError): void {
    for (const answer of this.#answers.values()) answer.reject(gone);
    this.#answers.clear();
  }

  #cannotSpeak(because: string): AppError {
    return new AppError({ code: 'wrong-state', doing: `speak to machine ${this.#name}`, because });
  }
}
