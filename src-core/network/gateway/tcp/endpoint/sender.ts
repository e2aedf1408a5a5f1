import type { Budget } from './budget.ts';
import { ByteQueue } from './byte-queue.ts';
import { Congestion } from './congestion.ts';
import type { EndpointLimits } from './limits.ts';
import { LossRecovery } from './loss-recovery.ts';
import { RoundTrip } from './round-trip.ts';

/** What is to be sent next: bytes between two positions, and perhaps FIN behind them. */
export interface Sending {
  readonly from: number;
  readonly to: number;
  readonly fin: boolean;
  /** Nothing waits behind it. */
  readonly push: boolean;
}

/**
 * What a connection sends: what waits, what is on the way, what is sent again, and when. Positions count from this end's
 * first sequence number, which SYN has.
 */
export class Sender {
  /** SND.UNA and SND.NXT. */
  una = 0;
  nxt = 0;
  /** Scaled: bytes that the other end has room for from `una` on. */
  window = 0;
  mostWindow = 0;
  /** Nothing is written any more: FIN follows the last byte. */
  ended = false;
  /** When what was sent counts as lost, or a closed window is looked at; Infinity: never. */
  timer = Infinity;
  readonly roundTrip: RoundTrip;
  readonly recovery = new LossRecovery();
  readonly #queue: ByteQueue;
  readonly #limits: EndpointLimits;
  #congestion: Congestion;
  #mss = 536;
  /** Without timestamps, one segment at a time is timed: RFC 6298 §3, Karn's algorithm. */
  #timedPosition = 0;
  #timedAt = -1;
  #lastSentAt = 0;
  /** Probes of a closed window since anything was heard. */
  #unanswered = 0;
  /** A small window was waited on for long enough. */
  #hurries = false;

  constructor(limits: EndpointLimits, budget: Budget) {
    this.#limits = limits;
    this.#queue = new ByteQueue(1, budget);
    this.roundTrip = new RoundTrip(limits);
    this.#congestion = new Congestion(this.#mss, limits.initialWindowSegments, limits.mostSendBuffer);
  }

  get mss(): number {
    return this.#mss;
  }

  /** Bytes that were written and not acknowledged. */
  get buffered(): number {
    return this.#queue.length;
  }

  /** Bytes beyond which the writer waits: twice what can be on the way, so that it never runs dry. */
  get bufferTarget(): number {
    const onTheWay = Math.min(this.#congestion.window, this.window);
    return Math.min(this.#limits.mostSendBuffer, Math.max(this.#limits.leastSendBuffer, 2 * onTheWay));
  }

  get congestionWindow(): number {
    return this.#congestion.window;
  }

  get hasPending(): boolean {
    return this.nxt < this.#end;
  }

  /** FIN was sent and acknowledged. */
  get finArrived(): boolean {
    return this.ended && this.una === this.#queue.end + 1;
  }

  get #end(): number {
    return this.#queue.end + (this.ended ? 1 : 0);
  }

  /** Once the handshake told it: payload bytes of a segment. */
  start(mss: number): void {
    this.#mss = mss;
    this.recovery.mss = mss;
    this.#congestion = new Congestion(mss, this.#limits.initialWindowSegments, this.#limits.mostSendBuffer);
  }

  write(bytes: Uint8Array): void {
    this.#queue.add(bytes);
  }

  slices({ from, to }: Sending): Uint8Array[] {
    return this.#queue.slices(from, to);
  }

  /** @param most payload bytes that can be sent at once; one segment always can. @returns null when nothing is to be sent now */
  plan(most: number, now: number): Sending | null {
    if (this.una === this.nxt && now - this.#lastSentAt > this.roundTrip.rto) this.#congestion.restart();
    const room = this.#congestion.window - this.recovery.pipe(this.una, this.nxt);
    const atOnce = Math.max(most, this.#mss);
    return this.#planAgain(room, atOnce) ?? this.#planOnward(room, atOnce);
  }

  /** A plan was carried out. */
  sent({ from, to, fin }: Sending, now: number): void {
    const end = to + (fin ? 1 : 0);
    this.#lastSentAt = now;
    if (from < this.nxt) {
      this.recovery.resent(end);
      this.#timedAt = -1;
    } else if (this.#timedAt < 0) {
      this.#timedAt = now;
      this.#timedPosition = end;
    }
    this.#hurries = false;
    const first = this.una === this.nxt;
    this.nxt = Math.max(this.nxt, end);
    if (first || this.timer === Infinity) this.timer = now + this.roundTrip.rto;
  }

  /**
   * Takes an acknowledgment, which is not beyond `nxt`.
   * @param sack blocks of positions, as they came
   * @param duplicate it says nothing but that something arrived: RFC 5681 §2
   * @param echoedAfter ms since the echoed timestamp was sent, null without
   */
  acknowledge(ack: number, sack: readonly number[], duplicate: boolean, now: number, echoedAfter: number | null): void {
    const { recovery } = this;
    const flight = this.nxt - this.una;
    const news = recovery.noteBlocks(sack, ack, this.nxt);
    if (ack > this.una) this.#advance(ack, flight, now, echoedAfter);
    else if (duplicate && (news || !recovery.selective)) recovery.duplicate();
    if (flight > 0 && recovery.detects(this.una, this.nxt)) this.#congestion.lost(this.nxt - this.una);
  }

  /** @returns what the end of `timer` means */
  timedOut(now: number): 'retransmit' | 'probe' | 'give-up' {
    const { roundTrip } = this;
    const asks = this.una === this.nxt;
    const tries = asks ? this.#unanswered++ : roundTrip.backoffs;
    if (tries >= (this.una === 0 ? this.#limits.synRetries : this.#limits.retries)) return 'give-up';
    const first = roundTrip.backoffs === 0;
    roundTrip.backOff();
    this.timer = now + roundTrip.rto;
    if (asks) {
      this.#hurries = true;
      return 'probe';
    }
    this.#timedAt = -1;
    if (this.una === 0) return 'retransmit';
    this.#congestion.timedOut(this.nxt - this.una, this.recovery.timedOut(this.una, this.nxt, first));
    return 'retransmit';
  }

  /** The other end closed its window, and nothing is on the way that would be answered: ask, RFC 9293 §3.8.6.1. */
  awaitWindow(now: number): void {
    if (this.timer === Infinity && this.una === this.nxt && this.hasPending) this.timer = now + this.roundTrip.rto;
  }

  /** Anything arrived: the other end is there. */
  heard(): void {
    this.#unanswered = 0;
  }

  /** The other end said how much room it has. */
  setWindow(bytes: number): void {
    const opened = this.window === 0 && bytes > 0;
    this.window = bytes;
    this.mostWindow = Math.max(this.mostWindow, bytes);
    if (!opened || this.una !== this.nxt) return;
    this.roundTrip.progress();
    this.timer = Infinity;
  }

  clear(): void {
    this.#queue.clear();
    this.recovery.clear();
    this.timer = Infinity;
  }

  #advance(ack: number, flight: number, now: number, echoedAfter: number | null): void {
    const bytes = ack - this.una;
    if (echoedAfter !== null) this.roundTrip.measure(echoedAfter);
    else if (this.#timedAt >= 0 && ack >= this.#timedPosition) this.roundTrip.measure(now - this.#timedAt);
    if (ack >= this.#timedPosition) this.#timedAt = -1;
    this.roundTrip.progress();
    this.una = ack;
    this.#queue.drop(ack);
    if (this.recovery.advanced(bytes, ack)) this.#congestion.acknowledged(bytes, flight);
    this.timer = this.nxt > ack ? now + this.roundTrip.rto : Infinity;
  }

  #planAgain(room: number, most: number): Sending | null {
    if (this.recovery.isOpen || (room < this.#mss && !this.recovery.isForced)) return null;
    const gap = this.recovery.missing(this.una, this.nxt);
    if (gap === null) return null;
    const whole = Math.max(1, Math.floor(Math.min(room, most) / this.#mss)) * this.#mss;
    const to = Math.min(gap.from + whole, gap.to, this.#queue.end);
    return {
      from: gap.from,
      to,
      fin: gap.to > this.#queue.end && to === this.#queue.end,
      push: to === this.#queue.end,
    };
  }

  #planOnward(room: number, most: number): Sending | null {
    const { nxt } = this;
    const available = this.#queue.end - nxt;
    const byWindow = this.una + this.window - nxt;
    if (nxt >= this.#end || byWindow <= 0) return null;
    const length = this.#onwardLength(available, Math.min(byWindow, most), room);
    if (length < 0) return null;
    const last = length === available;
    return { from: nxt, to: nxt + length, fin: last && this.ended, push: last };
  }

  /** @returns -1 when it is better to wait */
  #onwardLength(available: number, limit: number, room: number): number {
    const length = Math.min(available, limit);
    if (room < Math.min(this.#mss, length)) return -1;
    const allowed = Math.min(length, room);
    const whole = allowed - (allowed % this.#mss);
    if (allowed === available) {
      // A short segment at the end waits for more while acknowledgments are sure to come: Nagle's algorithm (RFC 9293
      // §3.7.4), but only where the other end does not delay its acknowledgments.
      const waits = !this.ended && this.nxt - this.una + whole >= 2 * this.#mss;
      if (!waits || whole === allowed) return allowed;
      return whole > 0 ? whole : -1;
    }
    if (whole > 0) return whole;
    // RFC 9293 §3.8.6.2.1: no small segments because of a small window, unless it is never larger.
    return this.#hurries || allowed * 2 >= this.mostWindow ? allowed : -1;
  }
}
