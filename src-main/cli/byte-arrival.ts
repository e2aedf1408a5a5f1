/** Bytes that are pushed, to be read in order. A piece counts as taken when the next one is asked for. */
export class ByteArrival {
  readonly #waiting: { readonly bytes: Uint8Array; readonly done: () => void }[] = [];
  readonly #state = { over: false };
  #wake = (): void => undefined;

  push(bytes: Uint8Array, done: () => void): void {
    this.#waiting.push({ bytes, done });
    this.#wake();
  }

  /** Nothing more comes. */
  end(): void {
    this.#state.over = true;
    this.#wake();
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        yield next.bytes;
        next.done();
      } else if (this.#state.over) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
