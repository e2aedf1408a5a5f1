import type { Frame, FramePort, Offload } from '../../src-core/host/frame-port.ts';
import type { CardSpec, SwitchPort } from '../../src-core/network/network-runner.ts';
import type { CardCounters } from './network-protocol.ts';

/** A card's cable at the switch, which counts what goes over it. */
export class CountedPort implements SwitchPort {
  card: CardSpec;
  readonly #end: FramePort;
  readonly #counters: CardCounters;
  #seenBytes = 0;

  constructor(card: CardSpec, end: FramePort, counters: CardCounters) {
    this.card = card;
    this.#end = end;
    this.#counters = counters;
  }

  send(pieces: readonly Uint8Array[], offload: Offload): boolean {
    if (!this.#end.send(pieces, offload)) return false;
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    this.#counters.add('receivedBytes', bytes);
    this.#counters.add('receivedFrames', 1);
    return true;
  }

  peek(): Frame | null {
    const frame = this.#end.peek();
    if (frame) this.#seenBytes = frame.bytes.length;
    return frame;
  }

  take(): void {
    this.#end.take();
    this.#counters.add('sentBytes', this.#seenBytes);
    this.#counters.add('sentFrames', 1);
  }

  dropped(): void {
    this.#counters.add('droppedFrames', 1);
  }

  flush(): void {
    this.#end.flush();
  }

  get peerCan(): number {
    return this.#end.peerCan;
  }

  tell(can: number): void {
    this.#end.tell(can);
  }
}
