import type { EndpointConfig } from './endpoint-interface.ts';
import { OWN_WINDOW_SCALE } from './limits.ts';
import type { Receiver } from './receiver.ts';
import type { SegmentHead } from './segment.ts';
import { FLAG, NO_SACK, sequenceOf } from './segment.ts';
import type { Sender, Sending } from './sender.ts';
import type { TimestampClock } from './timestamp-clock.ts';

const NOTHING: readonly Uint8Array[] = [];

/** The segments that a connection sends: their heads, and what they say of the other direction. */
export class Outgoing {
  /** When it is, in milliseconds. */
  now = 0;
  /** IRS. */
  peerInitial = 0;
  /** Both ends use selective acknowledgments. */
  selective = false;
  /** The other end is to be told at once what arrived, or how much room there is. */
  owesAck = false;
  /** When it is to be told at the latest; Infinity: nothing is owed. */
  ackDueAt = Infinity;
  readonly #config: EndpointConfig;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #clock: TimestampClock;
  #challenges = 0;
  #challengesSince = 0;

  constructor(config: EndpointConfig, sender: Sender, receiver: Receiver, clock: TimestampClock) {
    this.#config = config;
    this.#sender = sender;
    this.#receiver = receiver;
    this.#clock = clock;
  }

  /** @param answers another SYN. @returns false when there was no room, like all that send here */
  syn(answers: boolean): boolean {
    const flags = FLAG.syn | (answers ? FLAG.ack : 0);
    return this.#send(this.#head(flags, this.#config.initialSequence), NOTHING, 0);
  }

  text(sending: Sending): boolean {
    const flags = FLAG.ack | (sending.push ? FLAG.psh : 0) | (sending.fin ? FLAG.fin : 0);
    const head = this.#head(flags, sequenceOf(sending.from, this.#config.initialSequence));
    const { mss } = this.#sender;
    const length = sending.to - sending.from;
    return this.#send(head, length === 0 ? NOTHING : this.#sender.slices(sending), length > mss ? mss : 0);
  }

  /** Blocks go with segments without data only: so the room for data is always the same. */
  ack(): boolean {
    const sack = this.selective ? this.#receiver.sack() : NO_SACK;
    const { initialSequence } = this.#config;
    const head = this.#head(FLAG.ack, sequenceOf(this.#sender.nxt, initialSequence));
    const blocks = sack.length === 0 ? NO_SACK : sack.map((position) => sequenceOf(position, this.peerInitial));
    return this.#send({ ...head, sack: blocks }, NOTHING, 0);
  }

  /** A segment that must be answered, and changes nothing: RFC 9293 §3.8.4. */
  probe(): void {
    this.#send(this.#head(FLAG.ack, sequenceOf(this.#sender.una - 1, this.#config.initialSequence)), NOTHING, 0);
  }

  /** @param acks whether anything of the other end is known */
  reset(position: number, acks: boolean): void {
    this.refuse(sequenceOf(position, this.#config.initialSequence), acks);
  }

  refuse(sequence: number, acks: boolean): void {
    this.#send(this.#head(FLAG.rst | (acks ? FLAG.ack : 0), sequence), NOTHING, 0);
  }

  /** RFC 5961 §7: some, and no more. */
  challenge(): void {
    const { now } = this;
    if (now - this.#challengesSince >= 1_000) {
      this.#challengesSince = now;
      this.#challenges = 0;
    }
    if (this.#challenges++ < this.#config.limits.challengesPerSecond) this.owesAck = true;
  }

  #head(flags: number, sequence: number): SegmentHead {
    const syn = (flags & FLAG.syn) !== 0;
    const first = syn && (flags & FLAG.ack) === 0;
    const acks = (flags & FLAG.ack) !== 0;
    return {
      sequence,
      acknowledgment: acks ? sequenceOf(this.#receiver.next, this.peerInitial) : 0,
      flags,
      window: (flags & FLAG.rst) !== 0 ? 0 : this.#receiver.advertise(syn),
      maximumSegment: syn ? this.#config.mss : 0,
      windowScale: syn && (first || this.#receiver.scales) ? OWN_WINDOW_SCALE : -1,
      sackPermitted: syn && (first || this.selective),
      timestamps: first || (this.#clock.isUsed && (flags & FLAG.rst) === 0) ? this.#clock.at(this.now) : null,
      sack: NO_SACK,
    };
  }

  #send(head: SegmentHead, data: readonly Uint8Array[], segmentBytes: number): boolean {
    if (!this.#config.wire.send(head, data, segmentBytes)) return false;
    if ((head.flags & FLAG.ack) !== 0 && (head.flags & FLAG.rst) === 0) {
      this.owesAck = this.#receiver.hasGap && this.owesAck && data.length > 0;
      this.ackDueAt = Infinity;
      this.#receiver.unacknowledged = 0;
      this.#clock.lastAck = this.#receiver.next;
    }
    return true;
  }
}
