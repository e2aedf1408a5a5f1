import { Cancellation } from './cancellation.ts';

/** Work that must not overlap takes turns: in the order in which it was asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** Of work that gives way. */
  readonly #yielding = new Set<Cancellation>();

  /** Carries `work` out once all that was asked for before has ended, however it ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    for (const each of this.#yielding) each.cancel();
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** The same for work that can be done another time: its signal is raised as soon as anybody else wants a turn. */
  takeIdle<T>(work: (signal: Cancellation) => Promise<T>): Promise<T> {
    const cancellation = new Cancellation();
    const done = this.#last.then(() => work(cancellation));
    this.#yielding.add(cancellation);
    this.#last = done.catch(() => undefined).finally(() => this.#yielding.delete(cancellation));
    return done;
  }

  /** Resolves when all that was asked for so far has ended. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
