import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import type {
  AttachedCard,
  CableToNetwork,
  CaptureRequest,
  CardSpec,
  CardTraffic,
  ForwardSpec,
  NetworkChange,
  NetworkRunner,
  NetworkSpec,
  NetworkState,
  PacketCapture,
  Station,
  StationSpec,
} from '../network-runner.ts';

/** A card that is plugged in, as a test sees it. */
export class FakeAttachedCard implements AttachedCard {
  card: CardSpec;
  cable: CableToNetwork;
  traffic: CardTraffic = { sentBytes: 0, sentFrames: 0, receivedBytes: 0, receivedFrames: 0, droppedFrames: 0 };
  readonly #replaced = new Emitter<CableToNetwork>();
  readonly #detach: () => void;

  constructor(card: CardSpec, detach: () => void) {
    this.card = card;
    this.#detach = detach;
    this.cable = fakeCable();
  }

  onReplaced(listener: (cable: CableToNetwork) => void): Disposable {
    return this.#replaced.on(listener);
  }

  /** Its network began anew. */
  replace(): void {
    this.cable = fakeCable();
    this.#replaced.fire(this.cable);
  }

  rename(name: string): void {
    this.card = { ...this.card, name };
  }

  dispose(): void {
    this.#detach();
  }
}

interface FakeNetwork {
  spec: NetworkSpec;
  readonly cards: Map<string, FakeAttachedCard>;
  readonly stations: Map<string, StationSpec>;
  readonly forwards: Set<ForwardSpec>;
}

/** Networks that only remember what they were told. */
export class FakeNetworkRunner implements NetworkRunner {
  readonly networks = new Map<string, FakeNetwork>();
  /** What happens instead of a forward. */
  forwarded: (forward: ForwardSpec) => Promise<void> = () => Promise.resolve();
  attached: (card: CardSpec) => Promise<void> = () => Promise.resolve();
  isDisposed = false;
  state: NetworkState = { addresses: [], flows: { tcp: 0, udp: 0, echo: 0 } };

  onDefect(): Disposable {
    return { dispose: () => undefined };
  }

  open(spec: NetworkSpec): Promise<void> {
    this.networks.set(spec.id, { spec, cards: new Map(), stations: new Map(), forwards: new Set() });
    return Promise.resolve();
  }

  change(network: string, change: NetworkChange): Promise<void> {
    const found = this.networks.get(network);
    if (found) found.spec = { ...found.spec, ...change };
    return Promise.resolve();
  }

  close(network: string): Promise<void> {
    this.networks.delete(network);
    return Promise.resolve();
  }

  async attach(network: string, card: CardSpec): Promise<AttachedCard> {
    await this.attached(card);
    const cards = this.networks.get(network)?.cards;
    if (!cards || cards.has(card.key)) throw new Error(`${card.key} cannot be attached`);
    const attached = new FakeAttachedCard(card, () => void cards.delete(card.key));
    cards.set(card.key, attached);
    return attached;
  }

  station(network: string, card: StationSpec): Promise<Station> {
    const stations = this.networks.get(network)?.stations;
    if (!stations) throw new Error('the network does not run');
    stations.set(card.key, card);
    return Promise.resolve({
      rename: (name) => void stations.set(card.key, { ...card, name }),
      dispose: () => void stations.delete(card.key),
    });
  }

  async forward(network: string, forward: ForwardSpec): Promise<Disposable> {
    await this.forwarded(forward);
    const forwards = this.networks.get(network)?.forwards;
    if (!forwards) throw new Error('the network does not run');
    forwards.add(forward);
    return { dispose: () => void forwards.delete(forward) };
  }

  inspect(): Promise<NetworkState> {
    return Promise.resolve(this.state);
  }

  capture(_network: string, _request: CaptureRequest): Promise<PacketCapture> {
    const counts = { packets: 0, droppedPackets: 0 };
    return Promise.resolve({
      taken: () => undefined,
      stop: () => Promise.resolve(counts),
      ended: new Promise(() => undefined),
    });
  }

  dispose(): Promise<void> {
    this.isDisposed = true;
    this.networks.clear();
    return Promise.resolve();
  }
}

function fakeCable(): CableToNetwork {
  const buffer = (): SharedArrayBuffer => new SharedArrayBuffer(4);
  return { toNetwork: buffer(), toCard: buffer(), bell: buffer() };
}
