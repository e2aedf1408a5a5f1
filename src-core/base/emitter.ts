import type { Disposable } from './disposable.ts';

export type Listener<T> = (value: T) => void;

/** One kind of event and its listeners; a listener that throws does not keep the others from hearing. */
export class Emitter<T> {
  readonly #listeners = new Set<Listener<T>>();

  on(listener: Listener<T>): Disposable {
    const own: Listener<T> = (value) => listener(value);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  }

  fire(value: T): void {
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'an event listener failed');
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }
}
