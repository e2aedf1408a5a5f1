import { TIMEBASE_HZ } from '../core-interface.ts';

const NS_PER_TICK = 1e9 / TIMEBASE_HZ;

export interface ClockState {
  /** Guest time, in ticks, when the clock last began to run or stood still. */
  ticks: number;
  running: boolean;
}

/** Where a clock stood when it last began to run. */
export interface ClockBeginning {
  readonly ticks: number;
  /** Of the host's monotonic clock. */
  readonly sinceNs: number;
}

/** Guest time of a clock that runs, in ticks, a whole number. */
export function ticksAt({ ticks, sinceNs }: ClockBeginning, nowNs: number): number {
  return ticks + Math.floor((nowNs - sinceNs) / NS_PER_TICK);
}

/** Guest time: the host's monotonic clock in ticks of TIMEBASE_HZ, which stands still while the machine is paused. */
export class GuestClock {
  readonly #monotonicNs: () => number;
  readonly state: ClockState = { ticks: 0, running: true };
  #since: number;

  /** @param monotonicNs nanoseconds of a clock that never goes back */
  constructor(monotonicNs: () => number) {
    this.#monotonicNs = monotonicNs;
    this.#since = monotonicNs();
  }

  /** Ticks since power-on, a whole number. */
  now(): number {
    const { ticks, running } = this.state;
    return running ? ticksAt({ ticks, sinceNs: this.#since }, this.#monotonicNs()) : ticks;
  }

  /** For other threads: what `ticksAt` needs, as long as it runs on. */
  get beginning(): ClockBeginning {
    return { ticks: this.state.ticks, sinceNs: this.#since };
  }

  /** Zero again, as after power-on. */
  reset(): void {
    this.state.ticks = 0;
    this.#since = this.#monotonicNs();
  }

  /** Goes on from a guest time that was saved. */
  restore(ticks: number): void {
    this.state.ticks = ticks;
    this.#since = this.#monotonicNs();
  }

  setRunning(running: boolean): void {
    if (running === this.state.running) return;
    this.state.ticks = this.now();
    this.state.running = running;
    this.#since = this.#monotonicNs();
  }

  /** Ticks that a length of host time takes. */
  static ticksOf(ns: number): number {
    return Math.ceil(ns / NS_PER_TICK);
  }
}
