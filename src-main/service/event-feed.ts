import type { Disposable } from '../../src-core/base/disposable.ts';
import { Emitter } from '../../src-core/base/emitter.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import type { Clock } from '../../src-core/host/clock.ts';

/** How often measurements are told while anyone listens. */
const MEASURE_MS = 1000;

/** All events of the service. Measuring costs something, so it is done only while someone listens. */
export class EventFeed {
  readonly #events = new Emitter<ServiceEvent>();
  readonly #clock: Clock;
  readonly #measure: () => Promise<readonly ServiceEvent[]>;
  readonly #onDefect: (error: unknown) => void;
  #next: Disposable | undefined;

  constructor(clock: Clock, measure: () => Promise<readonly ServiceEvent[]>, onDefect: (error: unknown) => void) {
    this.#clock = clock;
    this.#measure = measure;
    this.#onDefect = onDefect;
  }

  on(listener: (event: ServiceEvent) => void): Disposable {
    const subscription = this.#events.on(listener);
    this.#next ??= this.#clock.after(MEASURE_MS, () => void this.#tick());
    return subscription;
  }

  /** A listener that fails is a defect of its own; whoever caused the event goes on. */
  fire(event: ServiceEvent): void {
    try {
      this.#events.fire(event);
    } catch (error) {
      this.#onDefect(error);
    }
  }

  close(): void {
    this.#next?.dispose();
    this.#next = undefined;
  }

  async #tick(): Promise<void> {
    if (this.#events.listenerCount === 0) {
      this.#next = undefined;
      return;
    }
    try {
      for (const event of await this.#measure()) this.fire(event);
    } catch (error) {
      this.#onDefect(error);
    }
    if (this.#next) this.#next = this.#clock.after(MEASURE_MS, () => void this.#tick());
  }
}
