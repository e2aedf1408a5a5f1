import type { Disposable } from '../../base/disposable.ts';

/** What must not be taken for garbage, by digest. */
export class Holds {
  readonly #counts = new Map<string, number>();

  hold(digests: readonly string[]): Disposable {
    const held = [...digests];
    for (const digest of held) this.#counts.set(digest, (this.#counts.get(digest) ?? 0) + 1);
    return {
      dispose: () => {
        for (const digest of held.splice(0)) {
          const left = (this.#counts.get(digest) ?? 0) - 1;
          if (left > 0) this.#counts.set(digest, left);
          else this.#counts.delete(digest);
        }
      },
    };
  }

  has(digest: string): boolean {
    return this.#counts.has(digest);
  }
}
