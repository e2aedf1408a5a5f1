import { Deferred } from '../../../src-core/base/deferred.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';

type ConsoleHandler = InnkeeperHandlers['machines']['console'];
type Stream = Parameters<ConsoleHandler>[1];

/** A terminal on a machine's console, in the service's own process. */
export class ConsoleProbe {
  text = '';
  /** Bytes got so far, also those that `text` does not keep. */
  bytes = 0;
  /** While set, it takes nothing: its credit is used up. */
  stalled: Promise<void> | null = null;
  readonly ended = new Deferred<unknown>();
  #type: (bytes: Uint8Array) => Promise<void> = () => Promise.resolve();
  #close = (): void => undefined;
  #changed = new Deferred<undefined>();

  static async open(console: ConsoleHandler, machine: string): Promise<ConsoleProbe> {
    const probe = new ConsoleProbe();
    await console({ machine }, probe.#stream());
    return probe;
  }

  type(text: string): Promise<void> {
    return this.#type(new TextEncoder().encode(text));
  }

  close(): void {
    this.#close();
  }

  /** Resolves when `text` is shown from `from` on. */
  async shows(text: string, from = 0): Promise<void> {
    while (!this.text.slice(from).includes(text)) await this.#changed.promise;
  }

  #stream(): Stream {
    return {
      write: async (bytes) => {
        this.bytes += bytes.length;
        if (this.text.length < 1_000_000) this.text += new TextDecoder().decode(bytes);
        this.#changed.resolve(undefined);
        this.#changed = new Deferred();
        await this.stalled;
        // As with every transport, the service's other work has its turn meanwhile.
        await new Promise((resolve) => setImmediate(resolve));
      },
      onData: (handler) => {
        this.#type = (bytes) =>
          new Promise((done) => {
            void handler(bytes, 0, done);
          });
      },
      onFinish: () => undefined,
      onControl: () => undefined,
      onClose: (handler) => (this.#close = handler),
      end: (result) => this.ended.resolve(result),
      fail: (error) => this.ended.reject(error as Error),
    };
  }
}
