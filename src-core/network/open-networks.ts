import type { Disposable } from '../base/disposable.ts';
import { Turns } from '../base/turns.ts';
import type { NetworkBook } from './network-book.ts';
import { specOf } from './network-document.ts';
import type {
  AttachedCard,
  CaptureRequest,
  CardSpec,
  ForwardSpec,
  NetworkChange,
  NetworkRunner,
  NetworkState,
  PacketCapture,
  Station,
  StationSpec,
} from './network-runner.ts';

/** The networks that run: each from its first card to its last. */
export class OpenNetworks {
  readonly #runner: NetworkRunner;
  readonly #book: NetworkBook;
  /** Cards on each network that runs. */
  readonly #cards = new Map<string, number>();
  readonly #turns = new Turns();

  constructor(runner: NetworkRunner, book: NetworkBook) {
    this.#runner = runner;
    this.#book = book;
  }

  /** Plugs a card in. @returns null when there is no such network @throws AppError */
  attach(id: string, card: CardSpec, bell: SharedArrayBuffer): Promise<AttachedCard | null> {
    return this.#turns.take(async () => {
      const network = this.#book.find(id);
      if (!network) return null;
      const cards = this.#cards.get(id) ?? 0;
      if (cards === 0) await this.#runner.open(specOf(network));
      this.#cards.set(id, cards + 1);
      try {
        return this.#counted(id, await this.#runner.attach(id, card, bell));
      } catch (error) {
        await this.#left(id);
        throw error;
      }
    });
  }

  /** @throws AppError when the network does not run: the card that it is behind is to be there first */
  station(id: string, station: StationSpec): Promise<Station> {
    return this.#runner.station(id, station);
  }

  /** @throws AppError as `NetworkRunner.forward` */
  forward(id: string, forward: ForwardSpec): Promise<Disposable> {
    return this.#runner.forward(id, forward);
  }

  /** @returns null when it does not run */
  async inspect(id: string): Promise<NetworkState | null> {
    return this.runs(id) ? this.#runner.inspect(id) : null;
  }

  /** Starts the network where it does not run, so that nothing is missed. */
  capture(id: string, request: CaptureRequest): Promise<PacketCapture> {
    return this.#turns.take(async () => {
      const network = this.#book.find(id);
      const cards = this.#cards.get(id) ?? 0;
      if (cards === 0 && network) await this.#runner.open(specOf(network));
      this.#cards.set(id, cards + 1);
      try {
        return this.#countedCapture(id, await this.#runner.capture(id, request));
      } catch (error) {
        await this.#left(id);
        throw error;
      }
    });
  }

  runs(id: string): boolean {
    return (this.#cards.get(id) ?? 0) > 0;
  }

  change(id: string, change: NetworkChange): Promise<void> {
    return this.#turns.take(async () => {
      if (this.runs(id)) await this.#runner.change(id, change);
    });
  }

  /** It is not there any more: cards on it have no carrier. */
  close(id: string): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#cards.delete(id)) return;
      await this.#runner.close(id);
    });
  }

  async dispose(): Promise<void> {
    this.#cards.clear();
    await this.#runner.dispose();
  }

  #counted(id: string, card: AttachedCard): AttachedCard {
    const leave = this.#once(id, () => card.dispose());
    return {
      get cable() {
        return card.cable;
      },
      traffic: card.traffic,
      onReplaced: (listener) => card.onReplaced(listener),
      rename: (name) => card.rename(name),
      dispose: leave,
    };
  }

  #countedCapture(id: string, capture: PacketCapture): PacketCapture {
    const leave = this.#once(id, () => undefined);
    void capture.ended.then(leave);
    return {
      ended: capture.ended,
      taken: (bytes) => capture.taken(bytes),
      stop: async () => {
        try {
          return await capture.stop();
        } finally {
          leave();
        }
      },
    };
  }

  #once(id: string, end: () => void): () => void {
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      end();
      void this.#turns.take(() => this.#left(id)).catch(() => undefined);
    };
  }

  async #left(id: string): Promise<void> {
    const cards = this.#cards.get(id);
    if (cards === undefined) return;
    if (cards > 1) {
      this.#cards.set(id, cards - 1);
      return;
    }
    this.#cards.delete(id);
    await this.#runner.close(id);
  }
}
