import { Deferred } from '../../src-core/base/deferred.ts';
import type { CaptureCounts, PacketCapture } from '../../src-core/network/network-runner.ts';

/** A capture that goes on in the networks' thread. */
export class RunningCapture implements PacketCapture {
  readonly #take: (bytes: Uint8Array) => void;
  readonly #network: { taken(bytes: number): void; stop(): Promise<CaptureCounts> };
  readonly #ended = new Deferred<undefined>();
  #isOver = false;

  constructor(
    take: (bytes: Uint8Array) => void,
    network: { taken(bytes: number): void; stop(): Promise<CaptureCounts> },
  ) {
    this.#take = take;
    this.#network = network;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  give(bytes: Uint8Array): void {
    if (!this.#isOver) this.#take(bytes);
  }

  taken(bytes: number): void {
    if (!this.#isOver) this.#network.taken(bytes);
  }

  async stop(): Promise<CaptureCounts> {
    if (this.#isOver) return { packets: 0, droppedPackets: 0 };
    this.#isOver = true;
    return this.#network.stop();
  }

  /** Its network is closed. */
  end(): void {
    this.#isOver = true;
    this.#ended.resolve(undefined);
  }
}
