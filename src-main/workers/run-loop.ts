import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import { toFailure } from '../../src-core/contract/failures.ts';
import { TIMEBASE_HZ } from '../../src-core/machine/core-interface.ts';
import type { Board } from '../../src-core/machine/board/board.ts';
import type { Doorbell } from '../../src-core/hypervisor/pipes/doorbell.ts';
import type { CaptureRequest, RunEnd } from '../../src-core/hypervisor/runner.ts';
import { assert } from '../../src-core/base/errors.ts';
import { capture } from './capture.ts';
import { copyPages, lend } from './fork.ts';
import { changeHardware } from './hardware-change.ts';
import type { MemoryLayers } from './memory-layers.ts';
import type { ProcessorLimit } from './processor-limit.ts';
import type { RunDisks } from './run-disks.ts';
import type { RunMeter } from './run-meter.ts';
import type { RunShares } from './shared-folder/run-shares.ts';
import type { LentMachine, RunAnswer, RunCommand } from './run-protocol.ts';

/** Guest instructions between two looks at the doorbell: some milliseconds, so that a keystroke never waits long. */
const SLICE = 250_000;
const TICKS_PER_MS = TIMEBASE_HZ / 1000;

/** What a machine's thread works with. */
export interface RunningMachine {
  readonly board: Board;
  readonly disks: RunDisks;
  readonly layers: MemoryLayers;
  readonly shares: RunShares;
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
  readonly #machine: RunningMachine;
  readonly #limit: ProcessorLimit;
  #paused = false;
  #stopped = false;

  /** @param paused it stands still until it is resumed */
  constructor(machine: RunningMachine, paused: boolean) {
    const { board, doorbell, port, meter, limit } = machine;
    this.#machine = machine;
    this.#limit = limit;
    this.#board = board;
    this.#doorbell = doorbell;
    this.#port = port;
    this.#meter = meter;
    this.#pause(paused);
  }

  /** Returns when the guest has ended by itself; null when it was told to stop. */
  run(): RunEnd | null {
    const { others } = this.#board;
    for (let [rung, byHarts] = [-1, 0]; ;) {
      // In this order: a ring of a hart is counted for it first.
      const seen = this.#doorbell.count;
      const seenByHarts = others?.room.rings ?? 0;
      if (seen !== rung) {
        this.#obey();
        others?.serve();
        if (seen - rung > seenByHarts - byHarts) this.#limit.hurry();
      }
      rung = seen;
      byHarts = seenByHarts;
      if (this.#stopped) return null;
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
    switch (command.kind) {
      case 'resize': {
        this.#board.resizeConsole(command.columns, command.rows);
        return;
      }
      case 'stop': {
        this.#stopped = true;
        return;
      }
      case 'capture': {
        this.#answer(command.id, 'take the state of the machine', (id) => this.#capture(id, command.request));
        return;
      }
      case 'lend': {
        this.#lend(command.id, command.prepared);
        return;
      }
      case 'change': {
        this.#answer(command.id, 'change the hardware of the machine', (id) => {
          changeHardware(this.#machine, command.change);
          return { kind: 'done', id };
        });
        return;
      }
      default: {
        this.#pause(command.kind === 'pause');
        this.#answer(command.id, '', (id) => ({ kind: 'done', id }));
      }
    }
  }

  /** @param doing for a failure */
  #answer(id: number, doing: string, work: (id: number) => RunAnswer): void {
    let answer: RunAnswer;
    try {
      answer = work(id);
    } catch (error) {
      answer = { kind: 'refused', id, failure: toFailure(error, doing) };
    }
    this.#port.postMessage(answer);
  }

  /** Between two slices, so that no device holds a request. */
  #capture(id: number, request: CaptureRequest): RunAnswer {
    const wasPaused = this.#paused;
    const since = performance.now();
    this.#pause(true);
    try {
      const memoryBytes = capture(this.#machine, request);
      if (request.then === 'go-on') this.#pause(wasPaused);
      return { kind: 'captured', id, captured: { memoryBytes, pausedMs: performance.now() - since } };
    } catch (error) {
      this.#pause(wasPaused);
      throw error;
    }
  }

  /** The copy's thread takes a moment to begin: meanwhile this one copies. */
  #lend(id: number, prepared: MessagePort | null): void {
    let machine: LentMachine | undefined;
    this.#answer(id, 'copy the machine', () => {
      assert(this.#paused, 'only a machine that stands still is lent');
      machine = lend(this.#board, this.#machine.layers, prepared);
      return { kind: 'lent', id, machine };
    });
    if (machine) copyPages(machine);
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    this.#board.setPaused(paused);
  }

  #sleep(seen: number, milliseconds: number): void {
    if (milliseconds > 0) this.#meter.slept(() => this.#doorbell.sleep(seen, milliseconds));
  }
}
