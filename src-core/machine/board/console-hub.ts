import type { BytePort } from '../board-interface.ts';

/** One of the guest's ways to the machine's console. */
export interface ConsoleEndpoint extends BytePort {
  /** Whether software listens here for input. */
  listening: () => boolean;
}

/**
 * The machine has one console, the guest has three ways to it: serial port, virtio console and SBI. Output of all
 * goes out. Input goes to one: of those where software listens, the one that spoke last, because a person answers
 * what they see.
 */
export class ConsoleHub {
  readonly #outside: BytePort;
  readonly #onOutput: (bytes: Uint8Array) => void;
  readonly #endpoints: ConsoleEndpoint[] = [];
  readonly #made: ConsoleEndpoint[] = [];

  /** @param onOutput is shown every byte that went out, once */
  constructor(outside: BytePort, onOutput: (bytes: Uint8Array) => void) {
    this.#outside = outside;
    this.#onOutput = onOutput;
  }

  /** Numbers of the endpoints, by when they were made; the one that spoke last stands first. */
  get order(): number[] {
    return this.#endpoints.map((endpoint) => this.#made.indexOf(endpoint));
  }

  /** @param order as it was saved: each number once */
  restore(order: readonly number[]): void {
    const known = order.flatMap((number) => this.#made[number] ?? []);
    if (new Set(known).size === this.#made.length) this.#endpoints.splice(0, Infinity, ...known);
  }

  endpoint(listening: () => boolean): ConsoleEndpoint {
    const available = () => (this.#hears(endpoint) ? this.#outside.available : 0);
    const endpoint: ConsoleEndpoint = {
      listening,
      write: (bytes) => this.#write(endpoint, bytes),
      read: (into) => (this.#hears(endpoint) ? this.#outside.read(into) : 0),
      get available() {
        return available();
      },
    };
    this.#endpoints.push(endpoint);
    this.#made.push(endpoint);
    return endpoint;
  }

  #write(endpoint: ConsoleEndpoint, bytes: Uint8Array): number {
    if (this.#endpoints[0] !== endpoint) {
      this.#endpoints.splice(this.#endpoints.indexOf(endpoint), 1);
      this.#endpoints.unshift(endpoint);
    }
    const taken = this.#outside.write(bytes);
    this.#onOutput(bytes.subarray(0, taken));
    return taken;
  }

  #hears(endpoint: ConsoleEndpoint): boolean {
    // The first is the one that spoke last. Where nobody listens, whoever asks may have it: firmware polls.
    const chosen = this.#endpoints.find(({ listening }) => listening());
    return chosen === undefined || chosen === endpoint;
  }
}
