import { Cancellation } from '../../base/cancellation.ts';
import { AppError } from '../../base/errors.ts';
import type { Turns } from '../../base/turns.ts';
import type { AbortSignalLike } from '../../images/image.ts';
import type { DiskPlace, DiskWork } from './disk-work.ts';
import type { LayerNames, LayerOwners, LayerPool } from './layer-pool.ts';

/** A machine as far as its layers go. */
export interface LayerUser {
  readonly turns: Turns;
  /** No thread of it has a file open. */
  readonly isOff: boolean;
  /** What it and its snapshots name. */
  named(): LayerNames;
}

/** A layer that nobody names, and the one that alone is built on it. */
interface Fold {
  readonly lower: string;
  readonly upper: string;
}

/**
 * Gives back the room of layers that only stand between others: what a deleted snapshot held becomes part of the layer above
 * it. Only where no machine has them open, and only as long as none of these machines is wanted.
 */
export class Folding {
  readonly #pool: LayerPool;
  readonly #work: DiskWork;
  readonly #owners: LayerOwners;
  readonly #users: () => readonly LayerUser[];
  #busy: Promise<void> | null = null;
  #again = false;

  constructor(pool: LayerPool, work: DiskWork, owners: LayerOwners, users: () => readonly LayerUser[]) {
    this.#pool = pool;
    this.#work = work;
    this.#owners = owners;
    this.#users = users;
  }

  /** Folds what can be folded now. Resolves when nothing is left, or something gave way. @throws AppError */
  async fold(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return this.#busy;
    }
    this.#busy = this.#foldAll();
    try {
      await this.#busy;
    } finally {
      this.#busy = null;
    }
  }

  async #foldAll(): Promise<void> {
    const tried = new Set<string>();
    do {
      this.#again = false;
      for (let next = await this.#next(tried); next && !this.#pool.isClosing; next = await this.#next(tried)) {
        tried.add(next.lower);
        await this.#foldOne(next);
      }
    } while (this.#isWantedAgain() && !this.#pool.isClosing);
  }

  /** Asked for while it went on. */
  #isWantedAgain(): boolean {
    return this.#again;
  }

  async #next(tried: ReadonlySet<string>): Promise<Fold | undefined> {
    return (await this.#possible()).find(({ lower }) => !tried.has(lower));
  }

  /** Layers with one above them, which no document names and nobody pinned. */
  async #possible(): Promise<Fold[]> {
    const { disks: named } = await this.#owners.owned();
    const above = new Map<string, string[]>();
    for (const layer of (await this.#pool.reach({ disks: named, memory: [] })).disks) {
      const below = await this.#pool.diskBelow(layer).catch(missing);
      if (below !== null) above.set(below, [...(above.get(below) ?? []), layer]);
    }
    return [...above].flatMap(([lower, uppers]) => {
      const [upper] = uppers;
      const isFree = !named.includes(lower) && !this.#pool.isPinned(lower);
      return upper !== undefined && uppers.length === 1 && isFree && !this.#pool.isPinned(upper)
        ? [{ lower, upper }]
        : [];
    });
  }

  async #foldOne({ lower, upper }: Fold): Promise<void> {
    const users: LayerUser[] = [];
    for (const user of this.#users()) {
      const { disks } = await this.#pool.reach({ disks: user.named().disks, memory: [] });
      if (disks.includes(upper)) users.push(user);
    }
    // Pinned, nobody else makes anything of them, and no sweep takes them away meanwhile.
    const pin = this.#pool.pin([lower, upper]);
    try {
      await inAllTurns(users, [], async (signals) => {
        if (!users.every(({ isOff }) => isOff) || signals.some(({ aborted }) => aborted)) return;
        const isStill = (await this.#isOnly(lower, upper)) && !signals.some(({ aborted }) => aborted);
        if (!isStill) return;
        const request = { lower: this.#place(lower), upper: this.#place(upper) };
        const stop = new Cancellation();
        const watch = { progress: () => undefined, signal: anyOf([...signals, stop]) };
        const done = this.#work.fold(request, watch).catch(gaveWay);
        this.#pool.worksOn(() => stop.cancel(), done);
        await done;
      });
    } finally {
      pin.dispose();
    }
    await this.#pool.sweep();
  }

  /** Documents may have changed while turns were waited for. */
  async #isOnly(lower: string, upper: string): Promise<boolean> {
    const { disks: named } = await this.#owners.owned();
    if (named.includes(lower)) return false;
    const { disks } = await this.#pool.reach({ disks: named, memory: [] });
    const belows = await Promise.all(disks.map((layer) => this.#pool.diskBelow(layer).catch(missing)));
    const above = disks.filter((_, index) => belows[index] === lower);
    return above.length === 1 && above[0] === upper;
  }

  #place(layer: string): DiskPlace {
    return { path: this.#pool.diskPath(layer), format: 'qcow2', own: true };
  }
}

/** In the turn of each of them: nothing else is done to any. */
function inAllTurns(
  users: readonly LayerUser[],
  signals: readonly AbortSignalLike[],
  work: (signals: readonly AbortSignalLike[]) => Promise<void>,
): Promise<void> {
  const [first, ...rest] = users;
  if (!first) return work(signals);
  return first.turns.takeIdle((signal) => inAllTurns(rest, [...signals, signal], work));
}

function anyOf(signals: readonly AbortSignalLike[]): AbortSignalLike {
  return {
    get aborted() {
      return signals.some((signal) => signal.aborted);
    },
    addEventListener: (type, listener) => signals.forEach((signal) => signal.addEventListener(type, listener)),
    removeEventListener: (type, listener) => signals.forEach((signal) => signal.removeEventListener(type, listener)),
  };
}

function missing(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-found') return null;
  throw error;
}

function gaveWay(error: unknown): void {
  if (error instanceof AppError && error.code === 'cancelled') return;
  throw error;
}
