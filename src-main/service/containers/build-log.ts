/** More than a person reads; of what is longer, the end is kept. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What a build prints, from its beginning, for whoever comes whenever. */
export class BuildLog {
  readonly #pieces: Uint8Array[] = [];
  /** Pieces that were dropped from the front. */
  #dropped = 0;
  #bytes = 0;
  #ended = false;
  #wake: (() => void)[] = [];

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes.slice());
    this.#bytes += bytes.length;
    while (this.#bytes > MOST_BYTES && this.#pieces.length > 1) {
      this.#bytes -= this.#pieces.shift()?.length ?? 0;
      this.#dropped++;
    }
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** All of it, as it comes, until the build has ended. */
  async *read(): AsyncGenerator<Uint8Array, void, void> {
    for (let at = 0; ;) {
      at = Math.max(at, this.#dropped);
      const piece = this.#pieces[at - this.#dropped];
      if (piece) {
        at++;
        yield piece;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
