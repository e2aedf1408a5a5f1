import type { Budget } from './budget.ts';
import type { EndpointLimits } from './limits.ts';
import { OWN_WINDOW_SCALE } from './limits.ts';
import { Receiver, SUBSISTENCE_BYTES } from './receiver.ts';
import type { Segment, SegmentHead } from './segment.ts';
import { FLAG, hasFlag, NO_SACK, positionOf, sequenceOf } from './segment.ts';
import type { Sending } from './sender.ts';
import { Sender } from './sender.ts';
import { TimestampClock } from './timestamp-clock.ts';

/** RFC 9293 §3.3.2. Nobody listens here: an endpoint begins with what a listener heard, or by calling. */
export type EndpointState =
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'close-wait'
  | 'closing'
  | 'last-ack'
  | 'time-wait'
  | 'closed';

export type EndpointFailure = 'refused' | 'reset' | 'timeout';

/** What an endpoint needs below it. */
export interface EndpointWire {
  /** Milliseconds that only grow. */
  now(): number;
  /** The most payload that one `send` takes. */
  mostPayload(): number;
  /**
   * @param segmentBytes payload bytes of each segment that it is cut into, where it is more than one
   * @returns false when there is no room: then nothing was sent, and `resume` is to be called once there is
   */
  send(head: SegmentHead, data: readonly Uint8Array[], segmentBytes: number): boolean;
  /** `deadline` is earlier than it was. */
  sooner(): void;
}

/** What happens to a connection. The endpoint may be called from within. */
export interface EndpointEvents {
  established(): void;
  /** @param bytes the receiver's to keep. @returns false when no more is to come until `read` */
  data(bytes: Uint8Array): boolean;
  /** The other end sends nothing more. */
  ended(): void;
  /** `write` had said that it is enough for now: there is room again. */
  drained(): void;
  /** This end's FIN arrived and the other end's did, and all that is left is to wait (TIME-WAIT). */
  waits(): void;
  /** Once, last. */
  closed(failure: EndpointFailure | null): void;
}

export interface EndpointConfig {
  readonly wire: EndpointWire;
  readonly events: EndpointEvents;
  readonly limits: EndpointLimits;
  readonly budget: Budget;
  /** ISS, RFC 6528. */
  readonly initialSequence: number;
  /** Told to the other end: payload bytes of the longest segment without options. */
  readonly mss: number;
}

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
  #state: EndpointState;
  /** IRS. */
  #peerInitial = 0;
  #peerScale = 0;
  #sack = false;
  /** SND.WL1 and SND.WL2. */
  #windowFrom = 0;
  #windowBy = 0;
  /** SYN is to be sent, or sent again. */
  #owesSyn = true;
  #owesAck = false;
  #delayedAckAt = Infinity;
  /** End of TIME-WAIT, of an orphan's patience, or when to ask whether the other end is there. */
  #watchAt = Infinity;
  #probes = 0;
  #heardAt: number;
  #toldDeadline = Infinity;
  /** Within `receive` or `tick`: what there is to be sent goes once at its end. */
  #busy = false;
  #blocked = false;
  #wantsWrite = false;
  #reads = true;
  #orphan = false;
  /** The other end's FIN was taken, but bytes before it were not read yet. */
  #owesEnd = false;
  #challenges = 0;
  #challengesSince = 0;

  private constructor(config: EndpointConfig, state: 'syn-sent' | 'syn-received') {
    const now = config.wire.now();
    this.#config = config;
    this.#state = state;
    this.#sender = new Sender(config.limits, config.budget);
    this.#receiver = new Receiver(config.limits, config.budget, config.mss);
    this.#clock = new TimestampClock(config.initialSequence);
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
    return Math.min(this.#sender.timer, this.#delayedAckAt, this.#watchAt);
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
    if (!this.#busy) this.#transmit();
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
    if (!this.#busy) this.#transmit();
  }

  /** `data` may come again. */
  read(): void {
    if (this.#reads || this.#state === 'closed') return;
    this.#reads = true;
    this.#deliverQueued();
    if (!this.#busy && this.#isOpen()) {
      if (this.#receiver.wantsUpdate) this.#owesAck = true;
      this.#transmit();
    }
  }

  /** There is room below again. */
  resume(): void {
    if (this.#blocked && !this.#busy) this.#transmit();
  }

  /** Nobody reads any more: what is written still arrives, and the other end's FIN is not waited for long. */
  orphan(): void {
    this.#orphan = true;
    if (this.#state === 'fin-wait-2') this.#watch(this.#config.limits.orphanWait);
    this.#tellDeadline();
  }

  /** Ends it at once; the other end is told by RST. `closed` is not called. */
  reset(): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'syn-sent' && this.#state !== 'time-wait') this.#sendReset(this.#sender.nxt);
    this.#forget();
  }

  /** Ends it at once, and tells nobody. */
  abandon(): void {
    this.#forget();
  }

  /** @param segment with a good checksum, of this connection */
  receive(segment: Segment): void {
    if (this.#state === 'closed') return;
    this.#busy = true;
    if (this.#state === 'syn-sent') this.#receiveSynSent(segment);
    else this.#receiveSynchronized(segment);
    this.#busy = false;
    this.#transmit();
  }

  /** Time has come: what is due at `deadline` is done. */
  tick(): void {
    const now = this.#config.wire.now();
    this.#toldDeadline = Infinity;
    this.#busy = true;
    if (this.#delayedAckAt <= now) {
      this.#delayedAckAt = Infinity;
      this.#owesAck = true;
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
    return positionOf(syn.sequence, this.#peerInitial, this.#receiver.next) >= this.#receiver.next;
  }

  /** RFC 9293 §3.10.7.3. */
  #receiveSynSent(segment: Segment): void {
    const { initialSequence } = this.#config;
    const acks = hasFlag(segment, FLAG.ack);
    const ack = positionOf(segment.acknowledgment, initialSequence, this.#sender.nxt);
    const good = ack > 0 && ack <= this.#sender.nxt;
    if (acks && !good) {
      if (!hasFlag(segment, FLAG.rst)) this.#send(this.#head(FLAG.rst, segment.acknowledgment), [], 0);
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
    this.#owesAck = true;
    this.#establish();
  }

  /** RFC 9293 §3.10.7.4, with RFC 5961 and RFC 7323 §5. */
  #receiveSynchronized(segment: Segment): void {
    const receiver = this.#receiver;
    const from = positionOf(segment.sequence, this.#peerInitial, receiver.next);
    if (this.#isOld(segment)) return this.#reject(segment, from);
    if (!this.#isAcceptable(segment, from)) return this.#reject(segment, from);
    if (hasFlag(segment, FLAG.rst)) {
      if (from === receiver.next) this.#wasReset();
      else this.#challenge();
      return;
    }
    if (hasFlag(segment, FLAG.syn)) return this.#challenge();
    if (!hasFlag(segment, FLAG.ack)) return;
    this.#heard();
    if (segment.timestamps !== null && this.#clock.isUsed)
      this.#clock.note(segment.timestamps, from, this.#config.wire.now());
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
    return this.#clock.isOld(timestamps, this.#config.wire.now());
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
    if (segment.data.length > 0 || hasFlag(segment, FLAG.fin)) this.#owesAck = true;
    else this.#challenge();
    if (this.#state === 'time-wait' && hasFlag(segment, FLAG.fin)) this.#watch(this.#config.limits.timeWait);
  }

  /** @returns whether the segment is to be looked at further */
  #acceptAck(segment: Segment): boolean {
    const sender = this.#sender;
    const ack = positionOf(segment.acknowledgment, this.#config.initialSequence, sender.una);
    if (sender.una === 0) {
      if (ack <= 0 || ack > sender.nxt) {
        this.#send(this.#head(FLAG.rst, segment.acknowledgment), [], 0);
        return false;
      }
      this.#takeAck(segment, ack);
      this.#establish();
      return this.#isOpen();
    }
    if (ack > sender.nxt || ack < sender.una - sender.mostWindow) {
      this.#challenge();
      return false;
    }
    this.#takeAck(segment, ack);
    return this.#isOpen();
  }

  #takeAck(segment: Segment, ack: number): void {
    const { wire, initialSequence } = this.#config;
    const sender = this.#sender;
    const now = wire.now();
    const from = positionOf(segment.sequence, this.#peerInitial, this.#receiver.next);
    const window = segment.window * 2 ** (hasFlag(segment, FLAG.syn) ? 0 : this.#peerScale);
    const duplicate =
      ack === sender.una && sender.una < sender.nxt && segment.data.length === 0 && window === sender.window;
    const sack =
      this.#sack && segment.sack.length > 0 ? segment.sack.map((s) => positionOf(s, initialSequence, ack)) : NO_SACK;
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
      this.#owesAck = true;
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
    if (ended || hadGap || receiver.next === before || receiver.unacknowledged > this.#config.mss) this.#owesAck = true;
    else if (this.#delayedAckAt === Infinity)
      this.#delayedAckAt = this.#config.wire.now() + this.#config.limits.delayedAck;
    for (const bytes of ready) this.#deliver(bytes);
    if (ended && this.#isOpen()) this.#peerEnded();
  }

  #deliver(bytes: Uint8Array): void {
    if (!this.#isOpen()) return;
    if (!this.#reads) return this.#receiver.enqueue(bytes);
    this.#reads = this.#config.events.data(bytes);
    this.#receiver.taken(bytes.length);
  }

  #deliverQueued(): void {
    const receiver = this.#receiver;
    while (this.#reads && receiver.queued > 0) {
      this.#reads = this.#config.events.data(receiver.dequeue());
      if (!this.#isOpen()) return;
    }
    if (receiver.queued === 0 && this.#owesEnd) this.#tellEnd();
  }

  #peerEnded(): void {
    if (this.#state === 'established') this.#state = 'close-wait';
    else if (this.#state === 'fin-wait-1') this.#state = 'closing';
    else this.#enterTimeWait();
    if (this.#receiver.queued > 0) this.#owesEnd = true;
    else this.#tellEnd();
  }

  #tellEnd(): void {
    this.#owesEnd = false;
    this.#config.events.ended();
  }

  #enterTimeWait(): void {
    this.#state = 'time-wait';
    this.#watch(this.#config.limits.timeWait);
    this.#config.events.waits();
  }

  /** What SYN says, and what both ends agree on with it. */
  #meet(syn: Segment): void {
    const now = this.#config.wire.now();
    this.#peerInitial = syn.sequence;
    if (syn.timestamps !== null) this.#clock.begin(syn.timestamps, now);
    this.#sack = syn.sackPermitted;
    this.#sender.selective = syn.sackPermitted;
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
    this.#heardAt = this.#config.wire.now();
    this.#probes = 0;
    this.#sender.heard();
    if (this.#watchAt === Infinity) this.#watchAt = this.#heardAt + this.#config.limits.keepaliveIdle;
  }

  #watch(milliseconds: number): void {
    this.#watchAt = this.#config.wire.now() + milliseconds;
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
    this.#probe();
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
    else if (meaning === 'probe') this.#probe();
    else if (this.#sender.una === 0) this.#owesSyn = true;
  }

  /** A segment that must be answered, and changes nothing: RFC 9293 §3.8.4. */
  #probe(): void {
    this.#send(this.#head(FLAG.ack, sequenceOf(this.#sender.una - 1, this.#config.initialSequence)), [], 0);
  }

  /** RFC 5961 §7: some, and no more. */
  #challenge(): void {
    const now = this.#config.wire.now();
    if (now - this.#challengesSince >= 1_000) {
      this.#challengesSince = now;
      this.#challenges = 0;
    }
    if (this.#challenges++ < this.#config.limits.challengesPerSecond) this.#owesAck = true;
  }

  #close(failure: EndpointFailure | null): void {
    if (this.#state === 'closed') return;
    if (failure === 'timeout') this.#sendReset(this.#sender.nxt);
    this.#forget();
    this.#config.events.closed(failure);
  }

  #forget(): void {
    this.#state = 'closed';
    this.#sender.clear();
    this.#receiver.clear();
    this.#delayedAckAt = Infinity;
    this.#watchAt = Infinity;
    this.#blocked = false;
  }

  /** Sends all that is to be sent now. */
  #transmit(): void {
    if (!this.#isOpen()) return;
    this.#blocked = false;
    if (this.#owesSyn && !this.#transmitSyn()) this.#blocked = true;
    if (!this.#blocked && this.#sender.una > 0) this.#transmitText();
    if (!this.#blocked && this.#owesAck && this.#state !== 'syn-sent') this.#transmitAck();
    this.#tellDeadline();
  }

  #transmitSyn(): boolean {
    const { wire, initialSequence, limits } = this.#config;
    const head = this.#head(FLAG.syn | (this.#state === 'syn-sent' ? 0 : FLAG.ack), initialSequence);
    if (!this.#send(head, [], 0)) return false;
    this.#owesSyn = false;
    const now = wire.now();
    if (this.#sender.nxt === 0) this.#sender.sent({ from: 0, to: 1, fin: false, push: false }, now);
    else if (this.#sender.timer === Infinity) this.#sender.timer = now + limits.firstRto;
    return true;
  }

  #transmitText(): void {
    const { wire } = this.#config;
    const sender = this.#sender;
    for (;;) {
      const now = wire.now();
      const sending = sender.plan(wire.mostPayload(), now);
      if (sending === null) break;
      if (!this.#sendText(sending)) {
        this.#blocked = true;
        return;
      }
      sender.sent(sending, now);
    }
    sender.awaitWindow(wire.now());
  }

  #sendText(sending: Sending): boolean {
    const flags = FLAG.ack | (sending.push ? FLAG.psh : 0) | (sending.fin ? FLAG.fin : 0);
    const head = this.#head(flags, sequenceOf(sending.from, this.#config.initialSequence));
    const { mss } = this.#sender;
    const length = sending.to - sending.from;
    return this.#send(head, length === 0 ? NOTHING : this.#sender.slices(sending), length > mss ? mss : 0);
  }

  /** Blocks go with segments without data only: so the room for data is always the same. */
  #transmitAck(): void {
    const sack = this.#sack ? this.#receiver.sack() : NO_SACK;
    const { initialSequence } = this.#config;
    const head = this.#head(FLAG.ack, sequenceOf(this.#sender.nxt, initialSequence));
    const blocks = sack.length === 0 ? NO_SACK : sack.map((position) => sequenceOf(position, this.#peerInitial));
    if (!this.#send({ ...head, sack: blocks }, NOTHING, 0)) this.#blocked = true;
  }

  #head(flags: number, sequence: number): SegmentHead {
    const syn = (flags & FLAG.syn) !== 0;
    const first = syn && (flags & FLAG.ack) === 0;
    const acks = (flags & FLAG.ack) !== 0;
    const now = this.#config.wire.now();
    return {
      sequence,
      acknowledgment: acks ? sequenceOf(this.#receiver.next, this.#peerInitial) : 0,
      flags,
      window: (flags & FLAG.rst) !== 0 ? 0 : this.#receiver.advertise(syn),
      maximumSegment: syn ? this.#config.mss : 0,
      windowScale: syn && (first || this.#receiver.scales) ? OWN_WINDOW_SCALE : -1,
      sackPermitted: syn && (first || this.#sack),
      timestamps: first || (this.#clock.isUsed && (flags & FLAG.rst) === 0) ? this.#clock.at(now) : null,
      sack: NO_SACK,
    };
  }

  #send(head: SegmentHead, data: readonly Uint8Array[], segmentBytes: number): boolean {
    if (!this.#config.wire.send(head, data, segmentBytes)) return false;
    if ((head.flags & FLAG.ack) !== 0 && (head.flags & FLAG.rst) === 0) {
      this.#owesAck = this.#receiver.hasGap && this.#owesAck && data.length > 0;
      this.#delayedAckAt = Infinity;
      this.#receiver.unacknowledged = 0;
      this.#clock.lastAck = this.#receiver.next;
    }
    return true;
  }

  #sendReset(position: number): void {
    const acks = this.#state === 'syn-sent' ? 0 : FLAG.ack;
    this.#send(this.#head(FLAG.rst | acks, sequenceOf(position, this.#config.initialSequence)), NOTHING, 0);
  }

  #tellDeadline(): void {
    const { deadline } = this;
    if (deadline < this.#toldDeadline) {
      this.#toldDeadline = deadline;
      this.#config.wire.sooner();
    }
  }
}

const NOTHING: readonly Uint8Array[] = [];
