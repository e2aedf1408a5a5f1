/**
 * How a thread is woken by others: one shared counter that it sleeps on. A ring between the
 * thread's last look and its sleep is never lost, because the thread tells the count that it saw.
 */
export class Doorbell {
  readonly buffer: SharedArrayBuffer;
  readonly #count: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#count = new Int32Array(buffer);
  }

  /** Wakes the sleeper, now or as soon as it would sleep. From any thread. */
  ring(): void {
    Atomics.add(this.#count, 0, 1);
    Atomics.notify(this.#count, 0);
  }

  /** How often it was rung: to be taken before looking for work, and given to `sleep`. */
  get count(): number {
    return Atomics.load(this.#count, 0);
  }

  /** Resolves once it is rung after `seen` was taken. For threads that must not block. */
  async rung(seen: number): Promise<void> {
    const { value } = Atomics.waitAsync(this.#count, 0, seen);
    await value;
  }

  /** Sleeps until it is rung after `seen` was taken, at most `timeoutMs`. Only for threads that may block. */
  sleep(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#count, 0, seen, timeoutMs);
  }
}
