import { Delivery } from './delivery.ts';
import type { EndpointConfig, EndpointFailure, EndpointState } from './endpoint-interface.ts';
import { Outgoing } from './outgoing.ts';
import { Receiver, SUBSISTENCE_BYTES } from './receiver.ts';
import type { Segment } from './segment.ts';
import { FLAG, hasFlag, NO_SACK, positionOf } from './segment.ts';
import { Sender } from './sender.ts';
import { TimestampClock } from './timestamp-clock.ts';

/** RFC 9293 §3.7.1. */
const DEFAULT_MSS = 536;
const LEAST_MSS = 88;
const TIMESTAMP_BYTES = 12;
/** RFC 7323 §2.3. */
const MOST_WINDOW_SCALE = 14;

/**
 * One end of a TCP connection (RFC 9293), and nothing else: segments come in by `receive` and go out by `EndpointWire`,
 * time comes by `tick`. What the other end does wrong is answered as the specifications say, in bounded time and memory.
 */
export class TcpEndpoint {
  readonly #config: EndpointConfig;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #clock: TimestampClock;
  readonly #out: Outgoing;
  readonly #delivery: Delivery;
  #state: EndpointState;
  #peerScale = 0;
  /** SND.WL1 and SND.WL2. */
  #windowFrom = 0;
  #windowBy = 0;
  /** SYN is to be sent, or sent again. */
  #owesSyn = true;
  /** End of TIME-WAIT, of an orphan's patience, or when to ask whether the other end is there. */
  #watchAt = Infinity;
  #probes = 0;
  #heardAt: number;
  #toldDeadline = Infinity;
  /** Within `receive` or `tick`: what there is to be sent goes once at its end. */
  #busy = false;
  #blocked = false;
  #wantsWrite = false;
  #orphan = false;

  private constructor(config: EndpointConfig, state: 'syn-sent' | 'syn-received') {
    const now = config.wire.now();
    this.#config = config;
    this.#state = state;
    this.#sender = new Sender(config.limits, config.budget);
    this.#receiver = new Receiver(config.limits, config.budget, config.mss);
    this.#clock = new TimestampClock(config.initialSequence);
    this.#out = new Outgoing(config, this.#sender, this.#receiver, this.#clock);
    this.#delivery = new Delivery(config.events, this.#receiver, () => this.#isOpen());
    this.#out.now = now;
    this.#heardAt = now;
  }

  /** Active open: sends SYN. */
  static connect(config: EndpointConfig): TcpEndpoint {
    const endpoint = new TcpEndpoint(config, 'syn-sent');
    endpoint.#transmit();
    return endpoint;
  }

  /** Passive open: answers a SYN that came without ACK or RST. Data that it had is sent again by the other end. */
  static accept(config: EndpointConfig, syn: Segment): TcpEndpoint {
    const endpoint = new TcpEndpoint(config, 'syn-received');
    endpoint.#meet(syn);
    endpoint.#transmit();
    return endpoint;
  }

  get state(): EndpointState {
    return this.#state;
  }

  /** When `tick` is to be called; Infinity: never. */
  get deadline(): number {
    return Math.min(this.#sender.timer, this.#out.ackDueAt, this.#watchAt);
  }

  /** The other end takes nothing for lack of room below it: `resume` goes on. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** Bytes that are kept here: to be sent or not acknowledged, and received and not read. */
  get held(): number {
    return this.#sender.buffered + this.#receiver.queued;
  }

  /** For a look at how it goes: bytes, and milliseconds. */
  get figures(): {
    readonly mss: number;
    readonly congestionWindow: number;
    readonly rtt: number;
    readonly rto: number;
  } {
    const { mss, congestionWindow, roundTrip } = this.#sender;
    return { mss, congestionWindow, rtt: roundTrip.smoothed, rto: roundTrip.rto };
  }

  /** @param bytes kept until they are acknowledged. @returns false when it is enough until `drained` */
  write(bytes: Uint8Array): boolean {
    if (this.#state === 'closed' || this.#sender.ended) return true;
    this.#sender.write(bytes);
    this.#transmitUnlessBusy();
    this.#wantsWrite = this.#hasEnough();
    return !this.#wantsWrite;
  }

  /** Nothing more is written: FIN follows. */
  end(): void {
    if (this.#sender.ended || this.#state === 'closed') return;
    this.#sender.ended = true;
    // Before the connection stands, FIN waits like everything that was written.
    if (this.#state === 'established') this.#state = 'fin-wait-1';
    else if (this.#state === 'close-wait') this.#state = 'last-ack';
    this.#transmitUnlessBusy();
  }

  /** `data` may come again. */
  read(): void {
    if (this.#delivery.reads || this.#state === 'closed') return;
    this.#delivery.readOn();
    if (this.#receiver.wantsUpdate) this.#out.owesAck = true;
    this.#transmitUnlessBusy();
  }

  /** There is room below again. */
  resume(): void {
    if (this.#blocked) this.#transmitUnlessBusy();
  }

  /** Nobody reads any more: what is written still arrives, and the other end's FIN is not waited for long. */
  orphan(): void {
    this.#look();
    this.#orphan = true;
    if (this.#state === 'fin-wait-2') this.#watch(this.#config.limits.orphanWait);
    this.#tellDeadline();
  }

  /** Ends it at once; the other end is told by RST. `closed` is not called. */
  reset(): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'syn-sent' && this.#state !== 'time-wait') this.#out.reset(this.#sender.nxt, true);
    this.#forget();
  }

  /** Ends it at once, and tells nobody. */
  abandon(): void {
    this.#forget();
  }

  /** @param segment with a good checksum, of this connection */
  receive(segment: Segment): void {
    if (this.#state === 'closed') return;
    this.#look();
    this.#busy = true;
    if (this.#state === 'syn-sent') this.#receiveSynSent(segment);
    else this.#receiveSynchronized(segment);
    this.#busy = false;
    this.#transmit();
  }

  /** Time has come: what is due at `deadline` is done. */
  tick(): void {
    const now = this.#look();
    this.#toldDeadline = Infinity;
    this.#busy = true;
    if (this.#out.ackDueAt <= now) {
      this.#out.ackDueAt = Infinity;
      this.#out.owesAck = true;
    }
    if (this.#sender.timer <= now) this.#senderTimedOut(now);
    if (this.#watchAt <= now && this.#isOpen()) this.#watchEnded(now);
    this.#busy = false;
    this.#transmit();
  }

  /** In TIME-WAIT, whether a SYN begins a new connection: RFC 6191, RFC 9293 §3.10.7.4. */
  mayBeReplacedBy(syn: Segment): boolean {
    if (this.#state !== 'time-wait') return false;
    if (syn.timestamps !== null && this.#clock.isUsed) return this.#clock.isNewer(syn.timestamps);
    return positionOf(syn.sequence, this.#out.peerInitial, this.#receiver.next) >= this.#receiver.next;
  }

  /** RFC 9293 §3.10.7.3. */
  #receiveSynSent(segment: Segment): void {
    const { initialSequence } = this.#config;
    const acks = hasFlag(segment, FLAG.ack);
    const ack = positionOf(segment.acknowledgment, initialSequence, this.#sender.nxt);
    const good = ack > 0 && ack <= this.#sender.nxt;
    if (acks && !good) {
      if (!hasFlag(segment, FLAG.rst)) this.#out.refuse(segment.acknowledgment, false);
      return;
    }
    if (hasFlag(segment, FLAG.rst)) {
      if (acks) this.#close('refused');
      return;
    }
    if (!hasFlag(segment, FLAG.syn)) return;
    this.#meet(segment);
    if (!acks) {
      this.#state = 'syn-received';
      this.#owesSyn = true;
      return;
    }
    this.#takeAck(segment, ack);
    this.#out.owesAck = true;
    this.#establish();
  }

  /** RFC 9293 §3.10.7.4, with RFC 5961 and RFC 7323 §5. */
  #receiveSynchronized(segment: Segment): void {
    const receiver = this.#receiver;
    const from = positionOf(segment.sequence, this.#out.peerInitial, receiver.next);
    if (this.#isOld(segment)) return this.#reject(segment, from);
    if (!this.#isAcceptable(segment, from)) return this.#reject(segment, from);
    if (hasFlag(segment, FLAG.rst)) {
      if (from === receiver.next) this.#wasReset();
      else this.#out.challenge();
      return;
    }
    if (hasFlag(segment, FLAG.syn)) return this.#out.challenge();
    if (!hasFlag(segment, FLAG.ack)) return;
    this.#heard();
    if (segment.timestamps !== null && this.#clock.isUsed) this.#clock.note(segment.timestamps, from, this.#out.now);
    if (!this.#acceptAck(segment)) return;
    if (segment.data.length > 0 || hasFlag(segment, FLAG.fin)) this.#takeText(segment, from);
  }

  #wasReset(): void {
    const { state } = this;
    // Everything had been said: RFC 9293 §3.10.7.4, "Second, Check the RST Bit".
    if (state === 'closing' || state === 'last-ack' || state === 'time-wait') this.#lastAcked();
    else this.#close(state === 'syn-received' ? 'refused' : 'reset');
  }

  /** PAWS, RFC 7323 §5.3. */
  #isOld(segment: Segment): boolean {
    const { timestamps } = segment;
    if (timestamps === null || !this.#clock.isUsed || hasFlag(segment, FLAG.rst)) return false;
    return this.#clock.isOld(timestamps, this.#out.now);
  }

  #isAcceptable(segment: Segment, from: number): boolean {
    const { next, edge } = this.#receiver;
    const length = segment.data.length + (hasFlag(segment, FLAG.syn) ? 1 : 0) + (hasFlag(segment, FLAG.fin) ? 1 : 0);
    // What is just beyond a closed window is trimmed to nothing, but its acknowledgment counts.
    if (length === 0 || from === next) return from >= next && from <= edge;
    return from + length > next && from < edge;
  }

  #reject(segment: Segment, from: number): void {
    if (hasFlag(segment, FLAG.rst)) return;
    if (this.#state === 'syn-received' && hasFlag(segment, FLAG.syn) && from === 0) {
      this.#owesSyn = true;
      return;
    }
    // What came again is acknowledged again; two ends that only disagree must not do so for ever.
    if (segment.data.length > 0 || hasFlag(segment, FLAG.fin)) this.#out.owesAck = true;
    else this.#out.challenge();
    if (this.#state === 'time-wait' && hasFlag(segment, FLAG.fin)) this.#watch(this.#config.limits.timeWait);
  }

  /** @returns whether the segment is to be looked at further */
  #acceptAck(segment: Segment): boolean {
    const sender = this.#sender;
    const ack = positionOf(segment.acknowledgment, this.#config.initialSequence, sender.una);
    if (sender.una === 0) {
      if (ack <= 0 || ack > sender.nxt) {
        this.#out.refuse(segment.acknowledgment, false);
        return false;
      }
      this.#takeAck(segment, ack);
      this.#establish();
      return this.#isOpen();
    }
    if (ack > sender.nxt || ack < sender.una - sender.mostWindow) {
      this.#out.challenge();
      return false;
    }
    this.#takeAck(segment, ack);
    return this.#isOpen();
  }

  #takeAck(segment: Segment, ack: number): void {
    const { initialSequence } = this.#config;
    const sender = this.#sender;
    const now = this.#out.now;
    const from = positionOf(segment.sequence, this.#out.peerInitial, this.#receiver.next);
    const window = segment.window * 2 ** (hasFlag(segment, FLAG.syn) ? 0 : this.#peerScale);
    const duplicate =
      ack === sender.una && sender.una < sender.nxt && segment.data.length === 0 && window === sender.window;
    const sack =
      this.#out.selective && segment.sack.length > 0
        ? segment.sack.map((s) => positionOf(s, initialSequence, ack))
        : NO_SACK;
    const echo =
      this.#clock.isUsed && segment.timestamps !== null ? this.#clock.since(segment.timestamps.echo, now) : null;
    if (ack >= sender.una) {
      sender.acknowledge(ack, sack, duplicate, now, echo);
      if (this.#windowFrom < from || (this.#windowFrom === from && this.#windowBy <= ack)) {
        this.#windowFrom = from;
        this.#windowBy = ack;
        sender.setWindow(window);
      }
    }
    if (sender.finArrived) this.#finArrived();
    if (this.#wantsWrite && !this.#hasEnough(0.5)) {
      this.#wantsWrite = false;
      this.#config.events.drained();
    }
  }

  #finArrived(): void {
    if (this.#state === 'fin-wait-1') {
      this.#state = 'fin-wait-2';
      if (this.#orphan) this.#watch(this.#config.limits.orphanWait);
    } else if (this.#state === 'closing') this.#enterTimeWait();
    else if (this.#state === 'last-ack') this.#lastAcked();
  }

  #lastAcked(): void {
    // What was received is still read.
    if (this.#receiver.queued > 0) this.#enterTimeWait();
    else this.#close(null);
  }

  #takeText(segment: Segment, from: number): void {
    const { state } = this;
    if (state !== 'established' && state !== 'fin-wait-1' && state !== 'fin-wait-2') {
      this.#out.owesAck = true;
      return;
    }
    const receiver = this.#receiver;
    const before = receiver.next;
    if (hasFlag(segment, FLAG.fin)) {
      const finAt = from + segment.data.length;
      if (finAt >= before && finAt <= receiver.edge) receiver.finAt = Math.min(receiver.finAt, finAt);
    }
    const hadGap = receiver.hasGap;
    const ready = receiver.take(from, segment.data);
    const ended = receiver.takeFin();
    // RFC 5681 §4.2: at once where something is missing, came twice or fills a gap, and at every second segment.
    if (ended || hadGap || receiver.next === before || receiver.unacknowledged > this.#config.mss)
      this.#out.owesAck = true;
    else if (this.#out.ackDueAt === Infinity) this.#out.ackDueAt = this.#out.now + this.#config.limits.delayedAck;
    for (const bytes of ready) this.#delivery.take(bytes);
    if (ended && this.#isOpen()) this.#peerEnded();
  }

  #peerEnded(): void {
    if (this.#state === 'established') this.#state = 'close-wait';
    else if (this.#state === 'fin-wait-1') this.#state = 'closing';
    else this.#enterTimeWait();
    this.#delivery.end();
  }

  #enterTimeWait(): void {
    this.#state = 'time-wait';
    this.#watch(this.#config.limits.timeWait);
    this.#config.events.waits();
  }

  /** What SYN says, and what both ends agree on with it. */
  #meet(syn: Segment): void {
    const now = this.#out.now;
    this.#out.peerInitial = syn.sequence;
    if (syn.timestamps !== null) this.#clock.begin(syn.timestamps, now);
    this.#out.selective = syn.sackPermitted;
    this.#sender.recovery.selective = syn.sackPermitted;
    if (syn.windowScale >= 0) {
      this.#peerScale = Math.min(MOST_WINDOW_SCALE, syn.windowScale);
      this.#receiver.scales = true;
    }
    const mss = Math.min(this.#config.mss, Math.max(LEAST_MSS, syn.maximumSegment || DEFAULT_MSS));
    this.#sender.start(mss - (this.#clock.isUsed ? TIMESTAMP_BYTES : 0));
  }

  #establish(): void {
    this.#owesSyn = false;
    this.#heard();
    if (!this.#sender.ended) this.#state = 'established';
    else this.#state = this.#sender.finArrived ? 'fin-wait-2' : 'fin-wait-1';
    this.#config.events.established();
  }

  #isOpen(): boolean {
    return this.#state !== 'closed';
  }

  #hasEnough(share = 1): boolean {
    const { buffered, bufferTarget } = this.#sender;
    if (this.#config.budget.isSpent) return buffered > SUBSISTENCE_BYTES * share;
    return buffered > bufferTarget * share;
  }

  #heard(): void {
    this.#heardAt = this.#out.now;
    this.#probes = 0;
    this.#sender.heard();
    if (this.#watchAt === Infinity) this.#watchAt = this.#heardAt + this.#config.limits.keepaliveIdle;
  }

  #watch(milliseconds: number): void {
    this.#watchAt = this.#out.now + milliseconds;
  }

  #watchEnded(now: number): void {
    const { limits } = this.#config;
    if (this.#state === 'time-wait') {
      // What was received is still read.
      if (this.#receiver.queued > 0) this.#watch(limits.timeWait);
      else this.#close(null);
      return;
    }
    if (this.#state === 'fin-wait-2' && this.#orphan) return this.#close('timeout');
    const idle = this.#heardAt + limits.keepaliveIdle;
    if (now < idle) {
      this.#watchAt = idle;
      return;
    }
    if (this.#probes++ >= limits.keepaliveProbes) return this.#close('timeout');
    this.#out.probe();
    this.#watch(limits.keepaliveInterval);
  }

  #senderTimedOut(now: number): void {
    if (this.#blocked) {
      // It has not even left.
      this.#sender.timer = now + this.#sender.roundTrip.rto;
      return;
    }
    const meaning = this.#sender.timedOut(now);
    if (meaning === 'give-up') this.#close('timeout');
    else if (meaning === 'probe') this.#out.probe();
    else if (this.#sender.una === 0) this.#owesSyn = true;
  }

  #close(failure: EndpointFailure | null): void {
    if (this.#state === 'closed') return;
    if (failure === 'timeout') this.#out.reset(this.#sender.nxt, this.#state !== 'syn-sent');
    this.#forget();
    this.#config.events.closed(failure);
  }

  #forget(): void {
    this.#state = 'closed';
    this.#sender.clear();
    this.#receiver.clear();
    this.#out.ackDueAt = Infinity;
    this.#watchAt = Infinity;
    this.#blocked = false;
  }

  /** At the clock, once for all that is done now. */
  #look(): number {
    return (this.#out.now = this.#config.wire.now());
  }

  #transmitUnlessBusy(): void {
    if (this.#busy) return;
    this.#look();
    this.#transmit();
  }

  /** Sends all that is to be sent now. */
  #transmit(): void {
    if (!this.#isOpen()) return;
    this.#blocked = false;
    if (this.#owesSyn && !this.#transmitSyn()) this.#blocked = true;
    if (!this.#blocked && this.#sender.una > 0) this.#transmitText();
    if (!this.#blocked && this.#out.owesAck && this.#state !== 'syn-sent') this.#blocked = !this.#out.ack();
    this.#tellDeadline();
  }

  #transmitSyn(): boolean {
    const { limits } = this.#config;
    if (!this.#out.syn(this.#state !== 'syn-sent')) return false;
    this.#owesSyn = false;
    const now = this.#out.now;
    if (this.#sender.nxt === 0) this.#sender.sent({ from: 0, to: 1, fin: false, push: false }, now);
    else if (this.#sender.timer === Infinity) this.#sender.timer = now + limits.firstRto;
    return true;
  }

  #transmitText(): void {
    const { wire } = this.#config;
    const sender = this.#sender;
    for (;;) {
      const now = this.#out.now;
      const sending = sender.plan(wire.mostPayload(), now);
      if (sending === null) break;
      if (!this.#out.text(sending)) {
        this.#blocked = true;
        return;
      }
      sender.sent(sending, now);
    }
    sender.awaitWindow(this.#out.now);
  }

  #tellDeadline(): void {
    const { deadline } = this;
    if (deadline < this.#toldDeadline) {
      this.#toldDeadline = deadline;
      this.#config.wire.sooner();
    }
  }
}
