import { Turns } from '../../base/turns.ts';

/** Work on the same thing takes turns; work on different things does not wait. */
export class KeyedTurns {
  readonly #turns = new Map<string, { readonly turns: Turns; waiting: number }>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#turns.get(key) ?? { turns: new Turns(), waiting: 0 };
    this.#turns.set(key, queue);
    queue.waiting++;
    try {
      return await queue.turns.take(work);
    } finally {
      if (--queue.waiting === 0) this.#turns.delete(key);
    }
  }
}
