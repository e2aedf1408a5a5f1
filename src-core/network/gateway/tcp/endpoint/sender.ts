import { Blocks, DUPLICATE_THRESHOLD } from './blocks.ts';
import type { Budget } from './budget.ts';
import { ByteQueue } from './byte-queue.ts';
import { Congestion } from './congestion.ts';
import type { EndpointLimits } from './limits.ts';
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
  /** Both ends use selective acknowledgments. */
  selective = false;
  /** Nothing is written any more: FIN follows the last byte. */
  ended = false;
  /** When what was sent counts as lost, or a closed window is looked at; Infinity: never. */
  timer = Infinity;
  readonly roundTrip: RoundTrip;
  readonly #queue: ByteQueue;
  readonly #limits: EndpointLimits;
  #congestion: Congestion;
  #mss = 536;
  #blocks: Blocks | null = null;
  /**
   * open: nothing is missed. recovery: something was lost while the rest arrives (RFC 6675 §5, RFC 6582). loss: nothing
   * was acknowledged in time, all that was on the way counts as lost.
   */
  #mode: 'open' | 'recovery' | 'loss' = 'open';
  /** The mode ends when this is acknowledged. */
  #recover = 0;
  /** Before it, what was lost has been sent again: HighRxt. */
  #again = 0;
  /** Before it, all that is in no block is lost. */
  #lostBelow = 0;
  /** The next that was lost is sent whatever the congestion window says. */
  #forced = false;
  #duplicates = 0;
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
    const room = this.#congestion.window - this.#pipe();
    const atOnce = Math.max(most, this.#mss);
    return this.#planAgain(room, atOnce) ?? this.#planOnward(room, atOnce);
  }

  /** A plan was carried out. */
  sent({ from, to, fin }: Sending, now: number): void {
    const end = to + (fin ? 1 : 0);
    this.#lastSentAt = now;
    if (from < this.nxt) {
      this.#again = Math.max(this.#again, end);
      this.#forced = false;
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
    const flight = this.nxt - this.una;
    const news = this.#noteBlocks(sack, ack);
    if (ack > this.una) this.#advance(ack, flight, now, echoedAfter);
    else if (duplicate && (news || !this.selective)) this.#duplicates++;
    if (flight > 0) this.#detectLoss();
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
    // RFC 2018 §8: who said that something arrived may have dropped it since.
    if (!first) this.#blocks = null;
    this.#congestion.timedOut(this.nxt - this.una, first && this.#mode !== 'loss');
    this.#mode = 'loss';
    this.#recover = this.nxt;
    this.#lostBelow = this.nxt;
    this.#again = this.una;
    this.#forced = true;
    this.#duplicates = 0;
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
    this.#blocks = null;
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
    this.#blocks?.drop(ack);
    if (this.#mode !== 'recovery') this.#congestion.acknowledged(bytes, flight);
    if (this.#mode !== 'open' && ack >= this.#recover) this.#mode = 'open';
    if (this.#mode === 'open') this.#duplicates = 0;
    else if (this.#mode === 'recovery' && !this.selective) this.#partial(bytes);
    this.timer = this.nxt > ack ? now + this.roundTrip.rto : Infinity;
  }

  /** RFC 6582 §3.2 step 3: what follows was lost as well. */
  #partial(bytes: number): void {
    this.#duplicates = Math.max(0, this.#duplicates - Math.floor(bytes / this.#mss));
    this.#again = this.una;
    this.#lostBelow = this.una + this.#mss;
    this.#forced = true;
  }

  #noteBlocks(sack: readonly number[], ack: number): boolean {
    let news = false;
    if (!this.selective) return false;
    for (let at = 0; at + 1 < sack.length; at += 2) {
      const begin = sack[at] ?? 0;
      const end = sack[at + 1] ?? 0;
      // Also those of RFC 2883, which say what arrived twice, are let by.
      if (begin <= ack || begin >= end || end > this.nxt) continue;
      this.#blocks ??= new Blocks();
      news = this.#blocks.add(begin, end) || news;
    }
    return news;
  }

  #detectLoss(): void {
    const below = this.selective && this.#blocks !== null ? this.#blocks.lostBelow(this.#mss) : 0;
    if (this.#mode === 'recovery') this.#lostBelow = Math.max(this.#lostBelow, below);
    if (this.#mode !== 'open' || this.una === this.nxt) return;
    if (below <= this.una && (this.#duplicates < DUPLICATE_THRESHOLD || this.una < this.#recover)) return;
    this.#congestion.lost(this.nxt - this.una);
    this.#mode = 'recovery';
    this.#recover = this.nxt;
    this.#again = this.una;
    this.#lostBelow = Math.max(below, Math.min(this.nxt, this.una + this.#mss));
    this.#forced = true;
  }

  /** Bytes that are on the way, as far as can be known: RFC 6675 §4, SetPipe. */
  #pipe(): number {
    const flight = this.nxt - this.una;
    const arrived = this.selective
      ? (this.#blocks?.bytes ?? 0)
      : Math.min(this.#duplicates * this.#mss, Math.max(0, flight - this.#mss));
    if (this.#mode === 'open') return flight - arrived;
    const from = Math.max(this.una, this.#again);
    const below = Math.min(this.#lostBelow, this.nxt);
    const lost = below > from ? below - from - (this.#blocks?.bytesBetween(from, below) ?? 0) : 0;
    return Math.max(0, flight - arrived - lost);
  }

  #planAgain(room: number, most: number): Sending | null {
    if (this.#mode === 'open' || (room < this.#mss && !this.#forced)) return null;
    const from = Math.max(this.una, this.#again);
    const below = Math.min(this.#lostBelow, this.nxt);
    const gap = this.#blocks === null ? (from < below ? { from, to: below } : null) : this.#blocks.gap(from, below);
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
