import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import { toFailure } from '../../src-core/contract/failures.ts';
import { TIMEBASE_HZ } from '../../src-core/machine/core-interface.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { Doorbell } from '../../src-core/hypervisor/doorbell.ts';
import type { CaptureRequest, RunChange, RunEnd } from '../../src-core/hypervisor/runner.ts';
import { capture } from './capture.ts';
import { changeHardware } from './hardware-change.ts';
import type { ProcessorLimit } from './processor-limit.ts';
import type { RunDisks } from './run-disks.ts';
import type { RunMeter } from './run-meter.ts';
import type { RunShares } from './shared-folder/run-shares.ts';
import type { RunCommand, RunReport } from './run-protocol.ts';

/** Guest instructions between two looks at the doorbell: some milliseconds, so that a keystroke never waits long. */
const SLICE = 250_000;
const TICKS_PER_MS = TIMEBASE_HZ / 1000;

/** What a machine's thread works with. */
export interface RunningMachine {
  readonly board: Board;
  readonly disks: RunDisks;
  readonly shares: RunShares;
  readonly harts: number;
  readonly limit: ProcessorLimit;
  readonly doorbell: Doorbell;
  /** To the service. */
  readonly port: MessagePort;
  readonly meter: RunMeter;
}

/** The life of a machine's thread: guest work in slices; when there is none it sleeps until it is rung. */
export class RunLoop {
  readonly #board: Board;
  readonly #doorbell: Doorbell;
  readonly #port: MessagePort;
  readonly #meter: RunMeter;
  readonly #disks: RunDisks;
  readonly #machine: RunningMachine;
  readonly #limit: ProcessorLimit;
  #paused = false;

  /** @param paused it stands still until it is resumed */
  constructor(machine: RunningMachine, paused: boolean) {
    const { board, disks, doorbell, port, meter, limit } = machine;
    this.#machine = machine;
    this.#limit = limit;
    this.#board = board;
    this.#disks = disks;
    this.#doorbell = doorbell;
    this.#port = port;
    this.#meter = meter;
    this.#pause(paused);
  }

  /** Returns when the guest has ended by itself. */
  run(): RunEnd {
    for (let rung = -1; ;) {
      const seen = this.#doorbell.count;
      if (seen !== rung) this.#obey();
      rung = seen;
      if (this.#paused) {
        this.#sleep(seen, Infinity);
        continue;
      }
      const restMs = this.#limit.restMs();
      if (restMs > 0) {
        this.#sleep(seen, restMs);
        continue;
      }
      const exit = this.#board.run(this.#limit.slice(SLICE));
      this.#meter.turned();
      if (exit.kind === 'idle') this.#sleep(seen, (exit.deadlineTicks - this.#board.now()) / TICKS_PER_MS);
      else if (exit.kind !== 'running') return exit;
    }
  }

  /** Commands were posted before the bell was rung, so all of them are here. */
  #obey(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: RunCommand } | undefined;
      if (!received) return;
      this.#carryOut(received.message);
    }
  }

  #carryOut(command: RunCommand): void {
    if (command.kind === 'resize') {
      this.#board.resizeConsole(command.columns, command.rows);
      return;
    }
    if (command.kind === 'capture') {
      this.#port.postMessage(this.#capture(command.id, command.request));
      return;
    }
    if (command.kind === 'change') {
      this.#port.postMessage(this.#change(command.id, command.change));
      return;
    }
    this.#pause(command.kind === 'pause');
    const report: RunReport = { kind: 'done', id: command.id };
    this.#port.postMessage(report);
  }

  /** Between two slices, so that no device holds a request. */
  #capture(id: number, request: CaptureRequest): RunReport {
    const wasPaused = this.#paused;
    const since = performance.now();
    this.#pause(true);
    try {
      const memoryBytes = capture(this.#board, this.#disks, request);
      if (request.then === 'go-on') this.#pause(wasPaused);
      return { kind: 'captured', id, captured: { memoryBytes, pausedMs: performance.now() - since } };
    } catch (error) {
      this.#pause(wasPaused);
      return { kind: 'done', id, failure: toFailure(error, 'take the state of the machine') };
    }
  }

  #change(id: number, change: RunChange): RunReport {
    try {
      changeHardware(this.#machine, change);
      return { kind: 'done', id };
    } catch (error) {
      return { kind: 'done', id, failure: toFailure(error, 'change the hardware of the machine') };
    }
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    this.#board.setPaused(paused);
  }

  #sleep(seen: number, milliseconds: number): void {
    if (milliseconds > 0) this.#meter.slept(() => this.#doorbell.sleep(seen, milliseconds));
  }
}
