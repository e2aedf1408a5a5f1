import { AppError, assert } from '../base/errors.ts';
import { Turns } from '../base/turns.ts';
import type { NetworkDocument } from './network-document.ts';
import { NetworkStore } from './network-store.ts';
import type { DamagedNetwork } from './network-store.ts';
import type { NetworkSurroundings } from './network-surroundings.ts';

/** The documents of all networks, in memory and on disk. No two ever have the same name. */
export class NetworkBook {
  readonly #store: NetworkStore;
  readonly #log: NetworkSurroundings['log'];
  readonly #networks = new Map<string, NetworkDocument>();
  /** Names, in lower case, of networks that are just being made or renamed. */
  readonly #claimed = new Set<string>();
  readonly #writes = new Turns();
  #damaged: readonly DamagedNetwork[] = [];

  constructor({ files, directory, log }: NetworkSurroundings) {
    this.#store = new NetworkStore(files, directory);
    this.#log = log;
  }

  async load(): Promise<void> {
    const { networks, damaged } = await this.#store.open();
    this.#damaged = damaged;
    for (const { id, path, problem } of damaged) {
      this.#log.warn(`network ${id} cannot be used: ${problem.because}`, { path });
    }
    for (const network of networks.sort((a, b) => a.createdAt - b.createdAt)) {
      this.#networks.set(network.id, { ...network, name: this.#freeName(network.name) });
    }
  }

  get all(): readonly NetworkDocument[] {
    return [...this.#networks.values()];
  }

  find(id: string): NetworkDocument | undefined {
    return this.#networks.get(id);
  }

  named(name: string): NetworkDocument | undefined {
    const wanted = name.toLowerCase();
    return this.all.find((network) => network.name.toLowerCase() === wanted);
  }

  /** @param reference name, in any case, or id @throws AppError 'not-found', 'corrupt' */
  get(reference: string, doing: string): NetworkDocument {
    const network = this.named(reference) ?? this.find(reference);
    if (network) return network;
    const damaged = this.#damaged.find(({ id }) => id === reference);
    if (damaged) {
      const { path, problem } = damaged;
      const { because } = problem;
      throw new AppError({ code: 'corrupt', doing, because, hint: `Repair ${path}, or delete it.`, cause: problem });
    }
    const names = this.all.map(({ name }) => name).join(', ');
    const because = `there is no network ${reference}`;
    throw new AppError({
      code: 'not-found',
      doing,
      because,
      hint: `There are ${names}.`,
      data: { network: reference },
    });
  }

  /** Holds a name while `work` makes it somebody's. @throws AppError 'already-exists' */
  async claim<T>(name: string, doing: string, work: () => Promise<T>): Promise<T> {
    const key = name.toLowerCase();
    if (this.#claimed.has(key) || this.named(name)) {
      const because = `there is already a network ${name}`;
      throw new AppError({ code: 'already-exists', doing, because, hint: 'Choose another name.', data: { name } });
    }
    this.#claimed.add(key);
    try {
      return await work();
    } finally {
      this.#claimed.delete(key);
    }
  }

  /** It is safely on disk when this resolves. @throws AppError; it is not there then */
  add(network: NetworkDocument): Promise<void> {
    return this.#writes.take(async () => {
      await this.#store.write(network);
      this.#networks.set(network.id, network);
    });
  }

  /** In memory only, until something of it changes. */
  adopt(network: NetworkDocument): void {
    this.#networks.set(network.id, network);
  }

  /** @throws AppError; it is as before then */
  change(id: string, update: (now: NetworkDocument) => NetworkDocument): Promise<void> {
    return this.#writes.take(async () => {
      const before = this.#networks.get(id);
      assert(before, 'a network that is changed is there');
      await this.#store.write(update(before));
      // Leases may have come while it was written: they are written next.
      this.#networks.set(id, update(this.#networks.get(id) ?? before));
    });
  }

  /** Changes it in memory at once, on disk soon. */
  note(id: string, update: (now: NetworkDocument) => NetworkDocument): void {
    const before = this.#networks.get(id);
    assert(before, 'a network that is changed is there');
    this.#networks.set(id, update(before));
    const writing = this.#writes.take(async () => {
      const now = this.#networks.get(id);
      if (now) await this.#store.write(now);
    });
    writing.catch((error: unknown) => this.#log.warn(`network ${before.name} could not be written`, { error }));
  }

  /** @throws AppError; it is still there then */
  remove(id: string): Promise<void> {
    return this.#writes.take(async () => {
      await this.#store.remove(id);
      this.#networks.delete(id);
    });
  }

  /** Resolves when all that was to be written is on the disk. */
  settled(): Promise<void> {
    return this.#writes.settled();
  }

  /** Two documents with one name, put there by hand: both networks are there. */
  #freeName(name: string): string {
    if (!this.named(name)) return name;
    for (let n = 2; ; n++) {
      const candidate = `${name.slice(0, 58)}-${n}`;
      if (!this.named(candidate)) return candidate;
    }
  }
}
