import type { Disposable } from '../../src-core/base/disposable.ts';
import { Emitter } from '../../src-core/base/emitter.ts';
import { AppError, assert } from '../../src-core/base/errors.ts';
import type {
  AttachedCard,
  CaptureCounts,
  CaptureRequest,
  CardSpec,
  ForwardSpec,
  NetworkChange,
  NetworkRunner,
  NetworkSpec,
  NetworkState,
  PacketCapture,
  Station,
  StationSpec,
} from '../../src-core/network/network-runner.ts';
import type { NetworkAnswer, NetworkCommand, NetworkReport } from '../workers/network-protocol.ts';
import { CardCable } from './card-cable.ts';
import { NetworkWorker } from './network-worker.ts';
import { RunningCapture } from './running-capture.ts';

type Worker = Pick<NetworkWorker, 'bell' | 'ask' | 'terminate'>;

/** More beginnings anew in a minute are not worth it: what makes it fail is still there. */
const MOST_RESTARTS = 5;
const RESTARTS_PER_MS = 60_000;

/** What there is of one network: enough to begin it anew. */
interface OpenNetwork {
  spec: NetworkSpec;
  readonly cards: Map<string, CardCable>;
  /** Guests behind cards, by key. */
  readonly stations: Map<string, StationSpec>;
  readonly forwards: Map<number, ForwardSpec>;
  readonly captures: Map<number, RunningCapture>;
  /** Why it is there no more; null while it is. */
  failure: string | null;
}

/** So long after the last network was closed the thread waits for the next: to begin takes a tenth of a second. */
const KEPT_MS = 30 * 60_000;

const NOTHING_GOES_ON: NetworkState = { addresses: [], flows: { tcp: 0, udp: 0, echo: 0 } };

/**
 * The networks in a thread of their own, from the first network until some time after the last. Where a defect of ours ends a network, or
 * the thread, they begin anew: cards get new cables, and nothing else notices.
 */
export class NetworkThread implements NetworkRunner {
  readonly #networks = new Map<string, OpenNetwork>();
  readonly #defects = new Emitter<string>();
  readonly #restarts: number[] = [];
  readonly #begin: (...hears: ConstructorParameters<typeof NetworkWorker>) => Worker;
  #worker: Worker | null = null;
  #kept: NodeJS.Timeout | undefined;
  #lastKey = 0;

  /** @param begin starts a thread */
  constructor(begin = (...hears: ConstructorParameters<typeof NetworkWorker>): Worker => new NetworkWorker(...hears)) {
    this.#begin = begin;
  }

  onDefect(listener: (because: string) => void): Disposable {
    return this.#defects.on(listener);
  }

  async open(spec: NetworkSpec): Promise<void> {
    if (this.#networks.has(spec.id)) {
      const because = 'it runs already';
      throw new AppError({ code: 'already-exists', doing: `open network ${spec.name}`, because });
    }
    this.#networks.set(spec.id, {
      spec,
      cards: new Map(),
      stations: new Map(),
      forwards: new Map(),
      captures: new Map(),
      failure: null,
    });
    try {
      await this.#ask({ kind: 'open', network: spec });
    } catch (error) {
      this.#networks.delete(spec.id);
      this.#keep();
      throw error;
    }
  }

  async change(id: string, change: NetworkChange): Promise<void> {
    const network = this.#get(id);
    await this.#ask({ kind: 'change', network: id, change });
    network.spec = { ...network.spec, ...change };
  }

  async close(id: string): Promise<void> {
    const network = this.#networks.get(id);
    if (!network) return;
    this.#networks.delete(id);
    for (const card of network.cards.values()) card.dispose();
    for (const capture of network.captures.values()) capture.end();
    await this.#ask({ kind: 'close', network: id }).catch(() => undefined);
    this.#keep();
  }

  async attach(id: string, spec: CardSpec, bell: SharedArrayBuffer): Promise<AttachedCard> {
    const network = this.#get(id);
    const card = new CardCable(spec, bell, this.#thread().bell.buffer, {
      rename: (name) => this.#tell({ kind: 'rename', network: id, card: spec.key, name }),
      detach: () => {
        if (!network.cards.delete(spec.key)) return;
        this.#tell({ kind: 'detach', network: id, card: spec.key });
      },
    });
    await this.#ask({ kind: 'attach', network: id, ...card.end });
    network.cards.set(spec.key, card);
    return card;
  }

  async station(id: string, card: StationSpec): Promise<Station> {
    const { stations } = this.#get(id);
    const { key } = card;
    await this.#ask({ kind: 'station', network: id, card });
    stations.set(key, card);
    return {
      rename: (name) => {
        stations.set(key, { ...card, name });
        this.#tell({ kind: 'rename', network: id, card: key, name });
      },
      dispose: () => {
        if (stations.delete(key)) this.#tell({ kind: 'detach', network: id, card: key });
      },
    };
  }

  async forward(id: string, forward: ForwardSpec): Promise<Disposable> {
    const network = this.#get(id);
    const key = ++this.#lastKey;
    await this.#ask({ kind: 'forward', network: id, forward, key });
    network.forwards.set(key, forward);
    return {
      dispose: () => {
        if (network.forwards.delete(key)) this.#tell({ kind: 'end-forward', network: id, key });
      },
    };
  }

  async inspect(id: string): Promise<NetworkState> {
    const { failure } = this.#get(id);
    if (failure !== null) return { ...NOTHING_GOES_ON, failure };
    const answer = await this.#ask({ kind: 'inspect', network: id });
    assert(answer !== null && 'flows' in answer, 'a question was answered with something else');
    return answer;
  }

  async capture(id: string, { take, ...request }: CaptureRequest): Promise<PacketCapture> {
    const network = this.#get(id);
    const key = ++this.#lastKey;
    const capture = new RunningCapture(take, {
      taken: (bytes) => this.#tell({ kind: 'captured-taken', network: id, key, bytes }),
      stop: async (): Promise<CaptureCounts> => {
        network.captures.delete(key);
        const answer = await this.#ask({ kind: 'end-capture', network: id, key });
        assert(answer !== null && 'packets' in answer, 'a question was answered with something else');
        return answer;
      },
    });
    network.captures.set(key, capture);
    try {
      await this.#ask({ kind: 'capture', network: id, request, key });
      return capture;
    } catch (error) {
      network.captures.delete(key);
      throw error;
    }
  }

  async dispose(): Promise<void> {
    for (const { captures } of this.#networks.values()) for (const capture of captures.values()) capture.end();
    this.#networks.clear();
    clearTimeout(this.#kept);
    await this.#endIfIdle();
  }

  #thread(): Worker {
    this.#worker ??= this.#begin(
      (report) => this.#hear(report),
      (because) => this.#died(because),
    );
    return this.#worker;
  }

  #ask(command: NetworkCommand): Promise<NetworkAnswer> {
    return this.#thread().ask(command);
  }

  /** Where it fails, what it is about is gone already. */
  #tell(command: NetworkCommand): void {
    void this.#worker?.ask(command).catch(() => undefined);
  }

  #get(id: string): OpenNetwork {
    const network = this.#networks.get(id);
    if (network) return network;
    throw new AppError({ code: 'unavailable', doing: 'use a network', because: 'the network does not run' });
  }

  #keep(): void {
    if (this.#networks.size > 0) return;
    clearTimeout(this.#kept);
    this.#kept = setTimeout(() => void this.#endIfIdle(), KEPT_MS).unref();
  }

  async #endIfIdle(): Promise<void> {
    if (this.#networks.size > 0) return;
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #hear(report: Exclude<NetworkReport, { readonly kind: 'done' | 'refused' }>): void {
    if (report.kind === 'notice') this.#defects.fire(report.because);
    else if (report.kind === 'broken') this.#anew([report.network], report.because);
    else {
      for (const { captures } of this.#networks.values()) captures.get(report.key)?.give(report.bytes);
    }
  }

  #died(because: string): void {
    this.#worker = null;
    this.#anew([...this.#networks.keys()], because);
  }

  #anew(ids: readonly string[], because: string): void {
    const now = Date.now();
    this.#restarts.push(now);
    while (now - (this.#restarts[0] ?? now) > RESTARTS_PER_MS) this.#restarts.shift();
    const gaveUp = this.#restarts.length > MOST_RESTARTS;
    const then = gaveUp ? 'they stay as they are: too often' : 'they begin anew';
    this.#defects.fire(`a defect of Innkeeper ended ${ids.length} networks, ${then}: ${because}`);
    for (const id of ids) {
      if (gaveUp) this.#failed(id, because);
      else {
        this.#reopen(id).catch((error: unknown) => {
          this.#failed(id, String(error));
          this.#defects.fire(`network ${id} could not begin anew: ${String(error)}`);
        });
      }
    }
  }

  /** Until all its cards have gone, and it is opened again. */
  #failed(id: string, because: string): void {
    const network = this.#networks.get(id);
    if (!network) return;
    network.failure = because;
    for (const capture of network.captures.values()) capture.end();
    network.captures.clear();
  }

  /** With all that hung on it, over new cables: what is in the old ones may be what was wrong. */
  async #reopen(id: string): Promise<void> {
    const network = this.#networks.get(id);
    if (!network) return;
    for (const capture of network.captures.values()) capture.end();
    network.captures.clear();
    await this.#ask({ kind: 'open', network: network.spec });
    for (const card of network.cards.values()) {
      card.renew(this.#thread().bell.buffer);
      await this.#ask({ kind: 'attach', network: id, ...card.end });
      card.tellReplaced();
    }
    for (const card of network.stations.values()) await this.#ask({ kind: 'station', network: id, card });
    for (const [key, forward] of network.forwards) await this.#ask({ kind: 'forward', network: id, forward, key });
  }
}
