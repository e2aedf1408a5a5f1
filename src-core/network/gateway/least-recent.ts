/** A map that knows what of it was used least recently: the first. Everything here takes constant time. */
export class LeastRecent<T> {
  readonly #values = new Map<string, T>();

  get size(): number {
    return this.#values.size;
  }

  /** Uses it. */
  get(key: string): T | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  /** Without using it. */
  peek(key: string): T | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Uses it. */
  set(key: string, value: T): void {
    this.#values.delete(key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }

  get leastRecent(): [string, T] | undefined {
    return this.#values.entries().next().value;
  }

  values(): IterableIterator<T> {
    return this.#values.values();
  }
}
