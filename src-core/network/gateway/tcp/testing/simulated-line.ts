import { joinBytes } from '../../../../base/join-bytes.ts';
import type { Random } from '../../../../machine/devices/testing/random.ts';
import { Budget } from '../endpoint/budget.ts';
import type { EndpointConfig, EndpointEvents, EndpointFailure, EndpointWire } from '../endpoint/endpoint-interface.ts';
import { TcpEndpoint } from '../endpoint/endpoint.ts';
import type { EndpointLimits } from '../endpoint/limits.ts';
import { ENDPOINT_LIMITS } from '../endpoint/limits.ts';
import { FLAG, hasFlag, NO_SACK, type Segment, type SegmentHead } from '../endpoint/segment.ts';
import { parseSegment, writeHeader, type Ports } from '../endpoint/segment-format.ts';

/** How a line treats each packet. */
export interface LineConditions {
  readonly delayMs: number;
  /** Up to so much is added, at random: packets overtake each other. */
  readonly jitterMs: number;
  readonly loss: number;
  readonly duplication: number;
  /** Of sends that find no room, at random. */
  readonly refusal: number;
  /** Packets that are on the line at once, in each direction; more find no room. */
  readonly mostPackets: number;
}

export const PERFECT: LineConditions = {
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  duplication: 0,
  refusal: 0,
  mostPackets: Infinity,
};

const NO_OPTIONS = { windowScale: -1, sackPermitted: false, timestamps: null };

interface Event {
  readonly at: number;
  readonly order: number;
  readonly happens: () => void;
}

/** What a simulated end needs of time. */
export interface SimulatedTime {
  readonly now: number;
  at(time: number, happens: () => void): void;
}

/** Time that a test lets pass: what is due happens in order. */
export class VirtualClock implements SimulatedTime {
  now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  at(time: number, happens: () => void): void {
    const event = { at: time, order: this.#order++, happens };
    let place = this.#heap.push(event) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(event, this.#heap[above]!)) break;
      this.#heap[place] = this.#heap[above]!;
      place = above;
    }
    this.#heap[place] = event;
  }

  /** @returns whether anything was due */
  step(): boolean {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return false;
    if (first !== last) this.#sink(last);
    this.now = Math.max(this.now, first.at);
    first.happens();
    return true;
  }

  /** Until nothing is due, the end, or the condition holds. @returns whether it holds */
  run(until: number, done: () => boolean): boolean {
    while (!done()) {
      if ((this.#heap[0]?.at ?? Infinity) > until) return false;
      this.step();
    }
    return true;
  }

  #sink(event: Event): void {
    let place = 0;
    for (;;) {
      let below = place * 2 + 1;
      if (below >= this.#heap.length) break;
      if (below + 1 < this.#heap.length && isBefore(this.#heap[below + 1]!, this.#heap[below]!)) below++;
      if (!isBefore(this.#heap[below]!, event)) break;
      this.#heap[place] = this.#heap[below]!;
      place = below;
    }
    this.#heap[place] = event;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** One end of a simulated connection, with what it received and what is to be sent. */
export class SimulatedEnd implements EndpointWire, EndpointEvents {
  endpoint!: TcpEndpoint;
  readonly budget: Budget;
  readonly clock: SimulatedTime;
  readonly received: Uint8Array[] = [];
  receivedBytes = 0;
  hasEnded = false;
  isEstablished = false;
  result: EndpointFailure | 'well' | null = null;
  /** Whether it reads: called for each piece. */
  reads: () => boolean = () => true;
  whenDrained: () => void = () => undefined;
  most = 1448;
  mss = 1460;
  limits: EndpointLimits = ENDPOINT_LIMITS;
  /** Puts packets onto the line: all, or none. @returns false when there is no room */
  put: (packets: readonly Uint8Array[]) => boolean = () => true;
  sentPackets = 0;
  /** Whether SYN offers timestamps, selective acknowledgments and scaled windows. */
  offersOptions = true;
  ports: Ports = { sourcePort: 1, destinationPort: 2 };
  #blocked = false;

  constructor(clock: SimulatedTime, budget = new Budget(64 * 1024 * 1024)) {
    this.clock = clock;
    this.budget = budget;
  }

  connect(initialSequence: number): void {
    this.endpoint = TcpEndpoint.connect(this.#config(initialSequence));
    this.sooner();
  }

  accept(initialSequence: number, syn: Segment): void {
    this.endpoint = TcpEndpoint.accept(this.#config(initialSequence), syn);
    this.sooner();
  }

  #config(initialSequence: number): EndpointConfig {
    const { budget, limits, mss } = this;
    return { wire: this, events: this, budget, limits, mss, initialSequence };
  }

  now(): number {
    return this.clock.now;
  }

  mostPayload(): number {
    return this.most;
  }

  /** Cuts what is sent into segments, as a card does. */
  send(head: SegmentHead, data: readonly Uint8Array[], segmentBytes: number): boolean {
    if (!this.offersOptions && (head.flags & FLAG.syn) !== 0) head = { ...head, ...NO_OPTIONS };
    const bytes = joinBytes(data);
    const size = segmentBytes === 0 ? Math.max(1, bytes.length) : segmentBytes;
    const packets: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      const isLast = at + size >= bytes.length;
      const flags = isLast ? head.flags : head.flags & ~(FLAG.fin | FLAG.psh);
      const header = writeHeader(this.ports, { ...head, flags, sequence: (head.sequence + at) >>> 0 });
      packets.push(joinBytes([header, piece]));
    }
    this.#blocked = !this.put(packets);
    if (!this.#blocked) this.sentPackets += packets.length;
    return !this.#blocked;
  }

  /** There is room on the line. */
  room(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.endpoint.resume();
  }

  sooner(): void {
    // Not there yet while it is made.
    const endpoint = this.endpoint as TcpEndpoint | undefined;
    if (endpoint === undefined || endpoint.deadline === Infinity) return;
    this.clock.at(endpoint.deadline, () => endpoint.tick());
  }

  established(): void {
    this.isEstablished = true;
  }

  data(bytes: Uint8Array): boolean {
    this.received.push(bytes);
    this.receivedBytes += bytes.length;
    return this.reads();
  }

  ended(): void {
    this.hasEnded = true;
  }

  drained(): void {
    this.whenDrained();
  }

  waits(): void {
    // TIME-WAIT ends by the clock.
  }

  closed(failure: EndpointFailure | null): void {
    this.result = failure ?? 'well';
  }
}

/** Two ends and the line between them. */
export class SimulatedConnection {
  readonly clock = new VirtualClock();
  readonly near: SimulatedEnd;
  readonly far: SimulatedEnd;
  conditions: LineConditions;
  readonly #random: Random;
  #lastAt = { near: 0, far: 0 };

  constructor(random: Random, conditions: LineConditions) {
    this.#random = random;
    this.conditions = conditions;
    this.near = new SimulatedEnd(this.clock);
    this.far = new SimulatedEnd(this.clock);
    this.#join(this.near, () => this.#far(), 'near');
    this.#join(this.far, () => this.near, 'far');
  }

  /** The far end accepts whatever SYN comes first. */
  open(): void {
    this.near.connect(this.#random(2 ** 32));
  }

  #far(): SimulatedEnd {
    return this.far;
  }

  #join(from: SimulatedEnd, to: () => SimulatedEnd, direction: 'near' | 'far'): void {
    let onTheLine = 0;
    const chance = (of: number): boolean => of > 0 && this.#random(1_000_000) < of * 1_000_000;
    const arrive = (packet: Uint8Array): void => {
      const jitter = this.conditions.jitterMs === 0 ? 0 : this.#random(this.conditions.jitterMs * 1_000) / 1_000;
      let at = this.clock.now + this.conditions.delayMs + jitter;
      if (this.conditions.jitterMs === 0) at = this.#lastAt[direction] = Math.max(at, this.#lastAt[direction]);
      onTheLine++;
      this.clock.at(at, () => {
        onTheLine--;
        this.#deliver(to(), packet);
        from.room();
      });
    };
    from.put = (packets) => {
      if (onTheLine > 0 && onTheLine + packets.length > this.conditions.mostPackets) return false;
      if (chance(this.conditions.refusal)) {
        this.clock.at(this.clock.now + 1, () => from.room());
        return false;
      }
      for (const packet of packets) {
        if (!chance(this.conditions.loss)) arrive(packet);
        if (chance(this.conditions.duplication)) arrive(packet.slice());
      }
      return true;
    };
  }

  #deliver(to: SimulatedEnd, packet: Uint8Array): void {
    const segment = parseSegment(packet);
    if (segment === null) throw new Error('an endpoint sent what is no segment');
    const endpoint = to.endpoint as TcpEndpoint | undefined;
    if (endpoint?.state === 'closed') this.#refuse(to, segment);
    else if (endpoint !== undefined) endpoint.receive(segment);
    else if (hasFlag(segment, FLAG.syn) && !hasFlag(segment, FLAG.ack)) to.accept(this.#random(2 ** 32), segment);
    // Its bytes are gone when the receiver returns: who kept them without copying is found out.
    packet.fill(0xee);
  }

  /** What belongs to no connection any more is answered by RST. */
  #refuse(by: SimulatedEnd, segment: Segment): void {
    if (hasFlag(segment, FLAG.rst)) return;
    const options = { maximumSegment: 0, windowScale: -1, sackPermitted: false, timestamps: null, sack: NO_SACK };
    const head = { ...options, sequence: segment.acknowledgment, acknowledgment: 0, flags: FLAG.rst, window: 0 };
    by.put([writeHeader(by.ports, head)]);
  }
}

/** Bytes that tell their place. */
export function patternAt(from: number, length: number, salt = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = Math.imul(from + at + salt, 0x9e37_79b1) >>> 24;
  return bytes;
}

/** Sends so many bytes of the pattern, in pieces, as an application does that waits when it is told to; then FIN. */
export function sendPattern(end: SimulatedEnd, total: number, pieceOf: () => number, salt = 0): void {
  let sent = 0;
  const go = (): void => {
    while (sent < total) {
      const length = Math.min(total - sent, pieceOf());
      const from = sent;
      sent += length;
      if (!end.endpoint.write(patternAt(from, length, salt))) return;
    }
    end.endpoint.end();
  };
  end.whenDrained = go;
  go();
}
