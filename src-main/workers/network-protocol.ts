import type { Failure } from '../../src-core/contract/failures.ts';
import type { CableBuffers } from '../../src-core/hypervisor/pipes/frame-ring.ts';
import type {
  CaptureCounts,
  CaptureRequest,
  CardSpec,
  StationSpec,
  ForwardSpec,
  NetworkChange,
  NetworkSpec,
  NetworkState,
} from '../../src-core/network/network-runner.ts';

/** What the service gives the thread of the networks when it starts it. */
export interface NetworkThreadData {
  /** Rung by the threads of cards, and by the service after each message. */
  readonly bell: SharedArrayBuffer;
}

/** A card's end of things, as the thread of the networks needs it. */
export interface CardEnd {
  readonly card: CardSpec;
  readonly cable: CableBuffers;
  /** Of the card's thread. */
  readonly bell: SharedArrayBuffer;
  /** `CardCounters`. */
  readonly counters: SharedArrayBuffer;
}

/** What is asked of the thread; each is answered by its number. */
export type NetworkCommand =
  | { readonly kind: 'open'; readonly network: NetworkSpec }
  | { readonly kind: 'change'; readonly network: string; readonly change: NetworkChange }
  | { readonly kind: 'close'; readonly network: string }
  | ({ readonly kind: 'attach'; readonly network: string } & CardEnd)
  | { readonly kind: 'station'; readonly network: string; readonly card: StationSpec }
  /** Of a card or a station. */
  | { readonly kind: 'detach'; readonly network: string; readonly card: string }
  | { readonly kind: 'rename'; readonly network: string; readonly card: string; readonly name: string }
  | { readonly kind: 'forward'; readonly network: string; readonly forward: ForwardSpec; readonly key: number }
  | { readonly kind: 'end-forward'; readonly network: string; readonly key: number }
  | { readonly kind: 'inspect'; readonly network: string }
  | {
      readonly kind: 'capture';
      readonly network: string;
      readonly request: Omit<CaptureRequest, 'take'>;
      readonly key: number;
    }
  | { readonly kind: 'captured-taken'; readonly network: string; readonly key: number; readonly bytes: number }
  | { readonly kind: 'end-capture'; readonly network: string; readonly key: number };

export interface NumberedCommand {
  readonly id: number;
  readonly command: NetworkCommand;
}

export type NetworkAnswer = NetworkState | CaptureCounts | null;

export type NetworkReport =
  | { readonly kind: 'done'; readonly id: number; readonly answer: NetworkAnswer }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'captured'; readonly key: number; readonly bytes: Uint8Array }
  /** A defect of ours ended this network, and no other: nothing of it is there any more. */
  | { readonly kind: 'broken'; readonly network: string; readonly because: string }
  /** For a person to know. */
  | { readonly kind: 'notice'; readonly because: string };

const COUNTERS = ['sentBytes', 'sentFrames', 'receivedBytes', 'receivedFrames', 'droppedFrames'] as const;
export type Counter = (typeof COUNTERS)[number];

/** What went over a card's cable, seen from the card: the thread of the networks writes, the service reads. */
export class CardCounters {
  readonly buffer: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(COUNTERS.length * 8)) {
    this.buffer = buffer;
    this.#values = new Float64Array(buffer);
  }

  add(counter: Counter, amount: number): void {
    const index = COUNTERS.indexOf(counter);
    this.#values[index] = (this.#values[index] ?? 0) + amount;
  }

  get sentBytes(): number {
    return this.#get('sentBytes');
  }

  get sentFrames(): number {
    return this.#get('sentFrames');
  }

  get receivedBytes(): number {
    return this.#get('receivedBytes');
  }

  get receivedFrames(): number {
    return this.#get('receivedFrames');
  }

  get droppedFrames(): number {
    return this.#get('droppedFrames');
  }

  #get(counter: Counter): number {
    return this.#values[COUNTERS.indexOf(counter)] ?? 0;
  }
}
