import type { Disposable } from '../../src-core/base/disposable.ts';
import { Emitter } from '../../src-core/base/emitter.ts';
import { allocateCable } from '../../src-core/hypervisor/pipes/frame-ring.ts';
import type { AttachedCard, CableToNetwork, CardSpec, CardTraffic } from '../../src-core/network/network-runner.ts';
import { CardCounters } from '../workers/network-protocol.ts';
import type { CardEnd } from '../workers/network-protocol.ts';

/** A card that is plugged in, seen from the service. */
export class CardCable implements AttachedCard {
  readonly #counters = new CardCounters();
  readonly #bell: SharedArrayBuffer;
  readonly #replaced = new Emitter<CableToNetwork>();
  readonly #network: { rename(name: string): void; detach(): void };
  #card: CardSpec;
  #cable: CableToNetwork;

  /** @param bell of the card's thread @param networkBell of the networks' thread */
  constructor(
    card: CardSpec,
    bell: SharedArrayBuffer,
    networkBell: SharedArrayBuffer,
    network: { rename(name: string): void; detach(): void },
  ) {
    this.#card = card;
    this.#bell = bell;
    this.#network = network;
    this.#cable = { ...allocateCable(), bell: networkBell };
  }

  get cable(): CableToNetwork {
    return this.#cable;
  }

  /** What the networks' thread needs of it. */
  get end(): CardEnd {
    const { toNetwork, toCard } = this.#cable;
    return { card: this.#card, cable: { toNetwork, toCard }, bell: this.#bell, counters: this.#counters.buffer };
  }

  get traffic(): CardTraffic {
    return this.#counters;
  }

  onReplaced(listener: (cable: CableToNetwork) => void): Disposable {
    return this.#replaced.on(listener);
  }

  rename(name: string): void {
    this.#card = { ...this.#card, name };
    this.#network.rename(name);
  }

  dispose(): void {
    this.#network.detach();
  }

  /** Another cable, that nobody has yet. */
  renew(networkBell: SharedArrayBuffer): void {
    this.#cable = { ...allocateCable(), bell: networkBell };
  }

  tellReplaced(): void {
    this.#replaced.fire(this.#cable);
  }
}
