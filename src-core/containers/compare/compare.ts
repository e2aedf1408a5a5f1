import type { Compared, Comparison } from '../../contract/compare.ts';
import type { AbortSignalLike } from '../../images/image.ts';
import { throwIfCancelled } from '../../images/cancellation.ts';

/** One way of running the service. */
export interface Rival {
  /** Makes sure that its image is here. */
  prepare(signal: AbortSignalLike): Promise<Pick<Compared, 'image' | 'imageBytes' | 'movedBytes'>>;
  /** Resolves when the service has answered. */
  start(): Promise<Serving>;
}

/** The service, while it runs. */
export interface Serving {
  /** That this one of it takes. */
  memoryBytes(): Promise<number>;
  /** Nothing of it is left when this resolves. */
  end(): Promise<void>;
}

export interface CompareSurroundings {
  readonly machine: Rival;
  readonly container: Rival;
  /** Once it runs. */
  node(): Promise<Comparison['node']>;
  /** Milliseconds that only grow. */
  monotonic(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
}

export interface CompareWork {
  readonly signal: AbortSignalLike;
  progress(phase: string, fraction: number | null): void;
}

const GIBIBYTE = 1024 ** 3;

/**
 * Runs the same service as a machine and as a container, one after the other and in turns, and measures both. The first
 * start of each is not counted: it makes ready what later ones find (a booted snapshot, a node).
 */
export async function compare(
  service: string,
  rounds: number,
  around: CompareSurroundings,
  work: CompareWork,
): Promise<Comparison> {
  const rivals = { machine: around.machine, container: around.container };
  const measured = { machine: new Measured(), container: new Measured() };
  const kinds = ['machine', 'container'] as const;
  for (const kind of kinds) {
    work.progress(`Preparing the ${kind}`, null);
    measured[kind].image = await rivals[kind].prepare(work.signal);
  }
  for (let round = 0; round <= rounds; round++) {
    for (const kind of kinds) {
      throwIfCancelled(work.signal, 'compare');
      work.progress(
        round === 0 ? `First start of the ${kind}` : `Round ${round} of ${rounds}: ${kind}`,
        round / (rounds + 1),
      );
      await measured[kind].round(rivals[kind], around, round > 0);
    }
  }
  const { machine, container } = measured;
  return {
    takenAt: around.now(),
    service,
    machine: machine.result,
    container: container.result,
    node: await around.node(),
  };
}

class Measured {
  image: Pick<Compared, 'image' | 'imageBytes' | 'movedBytes'> = { image: '', imageBytes: 0, movedBytes: 0 };
  readonly #startMs: number[] = [];
  readonly #memoryBytes: number[] = [];

  async round(rival: Rival, { monotonic }: Pick<CompareSurroundings, 'monotonic'>, counts: boolean): Promise<void> {
    const before = monotonic();
    const serving = await rival.start();
    const startMs = monotonic() - before;
    try {
      if (!counts) return;
      this.#startMs.push(startMs);
      this.#memoryBytes.push(await serving.memoryBytes());
    } finally {
      await serving.end();
    }
  }

  get result(): Compared {
    const memoryBytes = median(this.#memoryBytes);
    const perGibibyte = memoryBytes > 0 ? Math.floor(GIBIBYTE / memoryBytes) : 0;
    return { ...this.image, startMs: [...this.#startMs], memoryBytes, perGibibyte };
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
