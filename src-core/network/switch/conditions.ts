import { joinBytes } from '../../base/join-bytes.ts';
import type { Frame } from '../../host/frame-port.ts';
import type { LinkConditions } from '../network-runner.ts';

/** Of a line's own queue before its bottleneck: what a quarter of a second carries, within these bounds. */
const QUEUE_MS = 250;
const LEAST_QUEUE_BYTES = 32 * 1024;
const MOST_QUEUE_BYTES = 4 * 1024 * 1024;
/** All that is under way on a line, however long it is, with what keeping a frame costs. */
const MOST_BYTES_UNDER_WAY = 16 * 1024 * 1024;
const COST_OF_A_FRAME_BYTES = 256;
/** Preamble, check sequence and the gap between frames: what a frame costs beside its bytes (IEEE 802.3 §3, §4.4). */
const FRAMING_BYTES = 24;
/** Sent at once after a silence: timers are no finer than that. */
const BURST_MS = 2;

interface UnderWay {
  readonly frame: Frame;
  dueAt: number;
}

export interface LineSituation {
  now(): number;
  /** 0 to 1, 1 excluded. */
  random(): number;
}

export function isPerfect({ delayMs, loss, bitsPerSecond }: LinkConditions): boolean {
  return delayMs === 0 && loss === 0 && bitsPerSecond === null;
}

/** Whether each frame of the wire counts: then none may be on the line that is still to be cut. */
export function countsFrames({ loss, bitsPerSecond }: LinkConditions): boolean {
  return loss > 0 || bitsPerSecond !== null;
}

/** One direction of a card's line that is not perfect: frames on it were copied, and come out in the order they went in. */
export class Line {
  readonly #situation: LineSituation;
  #conditions: LinkConditions;
  #underWay: UnderWay[] = [];
  /** Of `#underWay`: what is before it has arrived. */
  #first = 0;
  #bytes = 0;
  /** The bottleneck is busy until then. */
  #busyUntil = 0;

  constructor(situation: LineSituation, conditions: LinkConditions) {
    this.#situation = situation;
    this.#conditions = conditions;
  }

  /** @returns false when the frame is lost, or has no room in the queue */
  put(pieces: readonly Uint8Array[], offload: Frame['offload']): boolean {
    const { loss, delayMs, bitsPerSecond } = this.#conditions;
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (loss > 0 && this.#situation.random() < loss) return false;
    const now = this.#situation.now();
    if (this.#bytes + bytes + COST_OF_A_FRAME_BYTES > MOST_BYTES_UNDER_WAY) return false;
    if (bitsPerSecond !== null) {
      const waiting = (Math.max(0, this.#busyUntil - now) * bitsPerSecond) / 8000;
      if (waiting + bytes > queueBytes(bitsPerSecond)) return false;
    }
    const dueAt = Math.max(this.#passBottleneck(bytes, now) + delayMs, this.#underWay.at(-1)?.dueAt ?? 0);
    this.#underWay.push({ frame: { bytes: joinBytes(pieces), offload }, dueAt });
    this.#bytes += bytes + COST_OF_A_FRAME_BYTES;
    return true;
  }

  /** The frame that has arrived first, until `take`. */
  peek(): Frame | null {
    const next = this.#underWay[this.#first];
    return next !== undefined && next.dueAt <= this.#situation.now() ? next.frame : null;
  }

  take(): void {
    const arrived = this.#underWay[this.#first];
    if (arrived === undefined) return;
    this.#bytes -= arrived.frame.bytes.length + COST_OF_A_FRAME_BYTES;
    this.#first++;
    if (this.#first * 2 < this.#underWay.length) return;
    this.#underWay = this.#underWay.slice(this.#first);
    this.#first = 0;
  }

  /** When the next frame arrives; null when none is under way. */
  get nextAt(): number | null {
    return this.#underWay[this.#first]?.dueAt ?? null;
  }

  /** Frames under way arrive no later than they would have on the new line, and in their order. */
  change(conditions: LinkConditions): void {
    this.#conditions = conditions;
    const now = this.#situation.now();
    this.#busyUntil = now;
    for (const entry of this.#underWay.slice(this.#first)) {
      const passed = this.#passBottleneck(entry.frame.bytes.length, now);
      entry.dueAt = Math.min(entry.dueAt, passed + conditions.delayMs);
    }
  }

  /** A token bucket, told by the time at which it has been refilled. @returns when the last bit has passed */
  #passBottleneck(bytes: number, now: number): number {
    const { bitsPerSecond } = this.#conditions;
    if (bitsPerSecond === null) return now;
    const from = Math.max(this.#busyUntil, now - BURST_MS);
    this.#busyUntil = from + ((bytes + FRAMING_BYTES) * 8000) / bitsPerSecond;
    return Math.max(now, this.#busyUntil);
  }
}

function queueBytes(bitsPerSecond: number): number {
  return Math.min(MOST_QUEUE_BYTES, Math.max(LEAST_QUEUE_BYTES, (bitsPerSecond * QUEUE_MS) / 8000));
}
