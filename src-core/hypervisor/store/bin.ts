import type { Disposable } from '../../base/disposable.ts';
import type { Clock } from '../../host/clock.ts';
import type { BinnedMachine, MachineStore } from './machine-store.ts';

/** So long a removed machine can be brought back, also over a restart of the service. */
export const KEPT_IN_BIN_MS = 10 * 60 * 1000;

/** Removed machines on their way out: each is deleted for good ten minutes after it was removed. */
export class MachineBin {
  readonly #store: MachineStore;
  readonly #clock: Clock;
  readonly #onGone: (id: string) => void;
  readonly #onProblem: (id: string, error: unknown) => void;
  readonly #due = new Map<string, Disposable>();

  /** @param onGone a machine was deleted for good; @param onProblem it could not be, until the next start */
  constructor(
    store: MachineStore,
    clock: Clock,
    onGone: (id: string) => void,
    onProblem: (id: string, error: unknown) => void,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#onGone = onGone;
    this.#onProblem = onProblem;
  }

  has(id: string): boolean {
    return this.#due.has(id);
  }

  /** What is in the bin already when the service starts. */
  adopt(found: readonly BinnedMachine[]): void {
    for (const { id, removedAt } of found) this.#schedule(id, removedAt);
  }

  async put(id: string): Promise<void> {
    const removedAt = this.#clock.now();
    await this.#store.moveToBin(id, removedAt);
    this.#schedule(id, removedAt);
  }

  /** It is no more to be deleted by itself. @returns false when it is not in the bin */
  take(id: string): boolean {
    this.#due.get(id)?.dispose();
    return this.#due.delete(id);
  }

  /** It was taken, but stays here after all. */
  putBack(id: string): void {
    this.#schedule(id, this.#clock.now());
  }

  async purge(id: string): Promise<void> {
    this.take(id);
    await this.#store.purge(id);
    this.#onGone(id);
  }

  dispose(): void {
    for (const due of this.#due.values()) due.dispose();
    this.#due.clear();
  }

  #schedule(id: string, removedAt: number): void {
    const left = Math.max(0, Math.min(KEPT_IN_BIN_MS, removedAt + KEPT_IN_BIN_MS - this.#clock.now()));
    const purge = (): void => void this.purge(id).catch((error: unknown) => this.#onProblem(id, error));
    this.#due.set(id, this.#clock.after(left, purge));
  }
}
