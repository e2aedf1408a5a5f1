import type { Disposable } from '../../../src-core/base/disposable.ts';

/** Names of images, in any case, that are just being made or read: nobody removes them or takes their names. */
export class HeldImages {
  readonly #counts = new Map<string, number>();

  has(name: string): boolean {
    return this.#counts.has(name.toLowerCase());
  }

  hold(name: string): Disposable {
    const key = name.toLowerCase();
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let isHeld = true;
    return {
      dispose: () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (this.#counts.get(key) ?? 1) - 1;
        if (left === 0) this.#counts.delete(key);
        else this.#counts.set(key, left);
      },
    };
  }
}
