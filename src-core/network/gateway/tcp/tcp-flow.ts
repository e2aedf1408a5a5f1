import type { Endpoint, HostTcp, TcpEvents, TcpFailure } from '../../host-network.ts';
import type { GuestLink, TransportPacket } from '../guest-link.ts';
import { PROTOCOL } from '../../wire-format/ip.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { Alarm } from './alarm-clock.ts';
import type { EndpointConfig, EndpointEvents, EndpointFailure, EndpointWire } from './endpoint/endpoint-interface.ts';
import { TcpEndpoint } from './endpoint/endpoint.ts';
import { ENDPOINT_LIMITS } from './endpoint/limits.ts';
import type { Segment, SegmentHead } from './endpoint/segment.ts';
import { NO_DATA } from './endpoint/segment.ts';
import { writeHeader } from './endpoint/segment-format.ts';
import type { TcpGuest } from './tcp-guest.ts';

/** What all flows of a gateway share. */
export interface FlowSituation {
  readonly link: GuestLink;
  readonly alarms: AlarmClock;
  now(): number;
  initialSequence(flow: TcpFlow): number;
  /** Answers a SYN. */
  refuse(packet: TransportPacket, segment: Segment): void;
  removed(flow: TcpFlow): void;
}

/** Opens a connection of this computer. */
export type Connect = (events: TcpEvents) => HostTcp;

/** The SYN that a flow began with, while nobody has answered it. */
interface Asked {
  readonly packet: TransportPacket;
  readonly segment: Segment;
}

const IP_AND_TCP_BYTES = { 4: 40, 6: 60 } as const;

/** A connection of a guest: an endpoint that plays its far end, joined with a connection of this computer. */
export class TcpFlow implements EndpointWire, EndpointEvents {
  /** The guest's end. */
  readonly guest: Endpoint;
  /** What the guest takes for the other end. */
  readonly remote: Endpoint;
  readonly owner: TcpGuest<TcpFlow>;
  readonly #situation: FlowSituation;
  readonly #alarm: Alarm;
  #asked: Asked | null = null;
  #ways: Connect[] = [];
  #endpoint: TcpEndpoint | null = null;
  #host: HostTcp | null = null;
  #paused = false;
  #over = false;

  constructor(situation: FlowSituation, owner: TcpGuest<TcpFlow>, guest: Endpoint, remote: Endpoint) {
    this.#situation = situation;
    this.owner = owner;
    this.guest = guest;
    this.remote = remote;
    this.#alarm = new Alarm(() => this.#endpoint?.tick());
  }

  /**
   * A guest wants to connect: it is answered once this computer's connection stands.
   * @param ways to open that, tried in this order as long as one is refused; what happens is told to what each is given
   */
  ask(packet: TransportPacket, segment: Segment, ways: readonly Connect[]): void {
    // What the packet's bytes are is lost once this returns.
    this.#asked = { packet: { ...packet, payload: packet.payload.slice() }, segment: { ...segment, data: NO_DATA } };
    this.#ways = [...ways];
    this.#tryNext();
  }

  /** A guest wants to connect to what is here already. @param open is called once the guest is answered */
  serve(segment: Segment, open: (events: TcpEvents) => HostTcp): void {
    this.#accept(segment);
    this.#take(open(this.#hostEvents()));
  }

  /** Somebody connected to this computer who is to be led to the guest. */
  call(host: HostTcp): TcpEvents {
    this.#take(host);
    this.#endpoint = TcpEndpoint.connect(this.#config());
    this.sooner();
    return this.#hostEvents();
  }

  get endpoint(): TcpEndpoint | null {
    return this.#endpoint;
  }

  receive(segment: Segment): void {
    this.#endpoint?.receive(segment);
  }

  resume(): void {
    this.#endpoint?.resume();
  }

  /** Ends it at once, on both sides. */
  reset(): void {
    this.#endpoint?.reset();
    this.drop();
  }

  /** Ends it at once; the guest hears of it when it sends something. */
  drop(): void {
    if (this.#over) return;
    this.#host?.reset();
    this.#finish();
  }

  now(): number {
    return this.#situation.now();
  }

  mostPayload(): number {
    return this.#situation.link.mostPayload(this.guest.address);
  }

  send(head: SegmentHead, data: readonly Uint8Array[], segmentBytes: number): boolean {
    const sent = this.#situation.link.send({
      source: this.remote.address,
      destination: this.guest.address,
      protocol: PROTOCOL.tcp,
      header: writeHeader({ sourcePort: this.remote.port, destinationPort: this.guest.port }, head),
      data,
      segmentBytes,
    });
    if (!sent && !this.#over) this.owner.blocked.add(this);
    return sent;
  }

  sooner(): void {
    if (this.#endpoint !== null && !this.#over) this.#situation.alarms.set(this.#alarm, this.#endpoint.deadline);
  }

  established(): void {
    this.owner.halfOpen.delete(this);
  }

  data(bytes: Uint8Array): boolean {
    if (this.#host !== null) return this.#host.write(bytes);
    // Nobody is there any more who would read it: RFC 9293 §3.6.1.
    this.reset();
    return false;
  }

  ended(): void {
    this.#host?.end();
  }

  drained(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#host?.resume();
  }

  waits(): void {
    this.owner.waits(this);
  }

  /** Of the guest's side. */
  closed(failure: EndpointFailure | null): void {
    if (failure !== null) this.#host?.reset();
    this.#finish();
  }

  #hostEvents(): TcpEvents {
    return {
      connected: () => this.#connected(),
      data: (bytes) => this.#fromHost(bytes),
      ended: () => this.#endpoint?.end(),
      drained: () => this.#endpoint?.read(),
      closed: (failure) => this.#hostClosed(failure),
    };
  }

  /** @returns whether there was a way that was not tried yet */
  #tryNext(): boolean {
    const connect = this.#ways.shift();
    if (connect) this.#take(connect(this.#hostEvents()));
    return connect !== undefined;
  }

  #take(host: HostTcp): void {
    if (!this.#over) this.#host = host;
  }

  #connected(): void {
    if (this.#over || this.#asked === null) return;
    const { segment } = this.#asked;
    this.#asked = null;
    this.#accept(segment);
  }

  #accept(segment: Segment): void {
    this.#endpoint = TcpEndpoint.accept(this.#config(), segment);
    this.sooner();
  }

  #fromHost(bytes: Uint8Array): void {
    if (this.#over || this.#endpoint === null || this.#endpoint.write(bytes)) return;
    this.#paused = true;
    this.#host?.pause();
  }

  #hostClosed(failure: TcpFailure | null): void {
    if (this.#over) return;
    this.#host = null;
    if (this.#asked !== null) {
      if (failure !== 'refused' || !this.#tryNext()) this.#refuse(this.#asked, failure);
      return;
    }
    if (failure !== null) return this.reset();
    this.#endpoint?.end();
    this.#endpoint?.orphan();
  }

  #refuse({ packet, segment }: Asked, failure: TcpFailure | null): void {
    this.#finish();
    if (failure === 'unreachable' || failure === 'timeout') this.#situation.link.unreachable(packet, 'host');
    else this.#situation.refuse(packet, segment);
  }

  #config(): EndpointConfig {
    const { link } = this.#situation;
    const overhead = IP_AND_TCP_BYTES[this.guest.address.includes(':') ? 6 : 4];
    return {
      wire: this,
      events: this,
      limits: ENDPOINT_LIMITS,
      budget: this.owner.budget,
      initialSequence: this.#situation.initialSequence(this),
      mss: link.mtu - overhead,
    };
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#host = null;
    this.#asked = null;
    this.#situation.alarms.remove(this.#alarm);
    // What was half sent to the guest is let go of, and nothing more happens.
    this.#endpoint?.abandon();
    this.owner.remove(this);
    this.#situation.removed(this);
  }
}
