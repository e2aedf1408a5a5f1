import { ByteRing } from '../../base/byte-ring.ts';
import { Deferred } from '../../base/deferred.ts';
import { Emitter } from '../../base/emitter.ts';
import { assert } from '../../base/errors.ts';
import type {
  CaptureRequest,
  Captured,
  GuestPipe,
  MachineRun,
  MachineRunner,
  RunChange,
  RunEnd,
  RunMeasurement,
  RunSpec,
} from '../runner.ts';

/** A pipe whose guest is the test. */
export class FakePipe implements GuestPipe {
  readonly #out = ByteRing.allocate(1024);
  readonly #in = ByteRing.allocate(1024);
  readonly #readable = new Emitter<undefined>();
  readonly #writable = new Emitter<undefined>();

  /** The guest writes. @returns how much there was room for */
  say(text: string | Uint8Array): number {
    const count = this.#out.write(typeof text === 'string' ? new TextEncoder().encode(text) : text);
    this.#readable.fire(undefined);
    return count;
  }

  /** The guest reads. */
  hear(): string {
    return new TextDecoder().decode(this.hearBytes());
  }

  hearBytes(): Uint8Array {
    const into = new Uint8Array(1024);
    const count = this.#in.read(into);
    this.#writable.fire(undefined);
    return into.subarray(0, count);
  }

  read(into: Uint8Array): number {
    return this.#out.read(into);
  }

  write(bytes: Uint8Array): number {
    return this.#in.write(bytes);
  }

  onReadable(listener: () => void): { dispose: () => void } {
    return this.#readable.on(listener);
  }

  onWritable(listener: () => void): { dispose: () => void } {
    return this.#writable.on(listener);
  }
}

/** A run that does what the test says. */
export class FakeRun implements MachineRun {
  readonly spec: RunSpec;
  readonly bell = new SharedArrayBuffer(4);
  readonly console = new FakePipe();
  readonly agent = new FakePipe();
  readonly begun = new Deferred<undefined>();
  readonly over = new Deferred<RunEnd>();
  readonly calls: string[] = [];
  readonly captures: CaptureRequest[] = [];
  /** Writes its state. */
  save: (path: string) => Promise<void> = () => Promise.resolve();
  measurement: RunMeasurement = {
    processorMs: 0,
    memoryUsedBytes: 0,
    balloonBytes: 0,
    instructions: 0,
    diskReadBytes: 0,
    diskWrittenBytes: 0,
    turns: 0,
    asleep: true,
  };

  constructor(spec: RunSpec) {
    this.spec = spec;
  }

  get started(): Promise<void> {
    return this.begun.promise;
  }

  get ended(): Promise<RunEnd> {
    return this.over.promise;
  }

  pause(): Promise<void> {
    this.calls.push('pause');
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.calls.push('resume');
    return Promise.resolve();
  }

  async capture(request: CaptureRequest): Promise<Captured> {
    const { memory, then } = request;
    this.calls.push(`capture ${then}`);
    this.captures.push(request);
    if (memory !== null) await this.save(memory);
    return { memoryBytes: 0, pausedMs: 0 };
  }

  get memoryBase(): string | null {
    return null;
  }

  /** What happens instead of a change of the hardware. */
  changed: (change: RunChange) => Promise<void> = () => Promise.resolve();

  change(change: RunChange): Promise<void> {
    this.calls.push(`change ${change.kind}`);
    return this.changed(change);
  }

  resize({ columns, rows }: { columns: number; rows: number }): void {
    this.calls.push(`resize ${columns}x${rows}`);
  }

  measure(): RunMeasurement {
    return this.measurement;
  }

  terminate(): Promise<void> {
    this.calls.push('terminate');
    this.begun.reject(new Error('terminated'));
    return Promise.resolve();
  }
}

/** Starts runs that begin at once, unless `holds`. */
export class FakeRunner implements MachineRunner {
  readonly runs: FakeRun[] = [];
  holds = false;
  save: (path: string) => Promise<void> = () => Promise.resolve();

  launch(spec: RunSpec): MachineRun {
    const run = new FakeRun(spec);
    run.save = this.save;
    this.runs.push(run);
    if (!this.holds) run.begun.resolve(undefined);
    return run;
  }

  get last(): FakeRun {
    const run: FakeRun | undefined = this.runs[this.runs.length - 1];
    assert(run, 'something was launched');
    return run;
  }
}
