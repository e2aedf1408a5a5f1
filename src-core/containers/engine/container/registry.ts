import { AppError } from '../../../base/errors.ts';
import type { Container } from './container.ts';

/** The containers of a data directory by id and by name. No two ever have the same name. */
export class ContainerRegistry {
  readonly #containers = new Map<string, Container>();
  /** Names of containers that are just being made or renamed. */
  readonly #claimed = new Set<string>();

  get all(): readonly Container[] {
    return [...this.#containers.values()];
  }

  has(container: Container): boolean {
    return this.#containers.get(container.id) === container;
  }

  add(container: Container): void {
    this.#containers.set(container.id, container);
  }

  take(container: Container): void {
    this.#containers.delete(container.id);
  }

  /** @param reference name, in any case, id, or the beginning of one id only @throws AppError 'not-found', 'invalid-input' */
  get(reference: string, verb: string): Container {
    const found = this.named(reference) ?? this.#containers.get(reference);
    if (found) return found;
    const doing = `${verb} container ${reference}`;
    const meant = /^[0-9a-f]+$/.test(reference) ? this.all.filter(({ id }) => id.startsWith(reference)) : [];
    const [only, other] = meant;
    if (only && !other) return only;
    if (only) {
      const because = `the ids of ${meant.length} containers begin like this`;
      throw new AppError({ code: 'invalid-input', doing, because, hint: 'Write more of the id, or the name.' });
    }
    throw new AppError({ code: 'not-found', doing, because: 'there is no such container', data: { reference } });
  }

  named(name: string): Container | undefined {
    const wanted = name.toLowerCase();
    return this.all.find((container) => container.name.toLowerCase() === wanted);
  }

  isTaken(name: string): boolean {
    return this.#claimed.has(name.toLowerCase()) || this.named(name) !== undefined;
  }

  /** Holds a name while `work` makes it somebody's. @throws AppError 'already-exists' */
  async claim<T>(name: string, doing: string, work: () => Promise<T>): Promise<T> {
    if (this.isTaken(name)) {
      const because = `there is already a container ${name}`;
      throw new AppError({ code: 'already-exists', doing, because, hint: 'Choose another name.', data: { name } });
    }
    const key = name.toLowerCase();
    this.#claimed.add(key);
    try {
      return await work();
    } finally {
      this.#claimed.delete(key);
    }
  }
}
