import type { Disposable } from '../../../base/disposable.ts';
import type { Endpoint, HostListener, HostNetwork, HostTcp, TcpEvents } from '../../host-network.ts';
import type { ForwardSpec } from '../../network-runner.ts';
import type { Address, GuestLink, GuestProtocol, Reach, ReachPolicy, TransportPacket } from '../guest-link.ts';
import { PROTOCOL } from '../../wire-format/ip.ts';
import { AlarmClock } from './alarm-clock.ts';
import { Budget } from './endpoint/budget.ts';
import type { Segment, SegmentHead } from './endpoint/segment.ts';
import { FLAG, hasFlag, NO_SACK } from './endpoint/segment.ts';
import type { Ports } from './endpoint/segment-format.ts';
import { parseSegment, portsOf, writeHeader } from './endpoint/segment-format.ts';
import { InitialSequences } from './initial-sequence.ts';
import { serve } from './served-connection.ts';
import type { FlowSituation } from './tcp-flow.ts';
import { TcpFlow } from './tcp-flow.ts';
import { TcpGuest } from './tcp-guest.ts';
import { TCP_LIMITS } from './tcp-limits.ts';
import type { TcpService } from './tcp-service.ts';

export interface TcpSituation {
  readonly host: HostNetwork;
  readonly link: GuestLink;
  readonly policy: ReachPolicy;
  /** The gateway's addresses: IPv4, IPv6, and others that it answers to. */
  readonly gateway: readonly [Address, Address, ...Address[]];
  readonly services: readonly TcpService[];
}

/** Ports that forwarded connections come from: RFC 6335 §6. */
const FIRST_DYNAMIC_PORT = 49_152;
const DYNAMIC_PORTS = 16_384;

/** TCP of a gateway: ends what guests open, joins it with connections of this computer, and leads others to guests. */
export class TcpProtocol implements GuestProtocol {
  readonly #situation: TcpSituation;
  readonly #services: ReadonlyMap<number, TcpService>;
  readonly #limits = TCP_LIMITS;
  readonly #budget = new Budget(TCP_LIMITS.bytes);
  readonly #guests = new Map<Address, TcpGuest<TcpFlow>>();
  readonly #alarms: AlarmClock;
  readonly #listeners = new Set<HostListener>();
  readonly #flowSituation: FlowSituation;
  #flows = 0;
  #nextPort: number;
  #disposed = false;

  constructor(situation: TcpSituation) {
    const { host, link } = situation;
    this.#situation = situation;
    this.#services = new Map(situation.services.map((service) => [service.port, service]));
    this.#alarms = new AlarmClock(host);
    // After a cable was pulled a guest may still have connections from before.
    this.#nextPort = firstPort(host);
    const sequences = new InitialSequences(host);
    this.#flowSituation = {
      link,
      alarms: this.#alarms,
      now: () => host.now(),
      initialSequence: ({ guest, remote }) =>
        sequences.of(`${guest.address} ${guest.port} ${remote.address} ${remote.port}`),
      refuse: (packet, segment) => this.#refuse(packet, segment),
      removed: () => {
        this.#flows--;
      },
    };
  }

  get flows(): number {
    return this.#flows;
  }

  /** Bytes that are kept for all connections. */
  get heldBytes(): number {
    return this.#budget.used;
  }

  receive(packet: TransportPacket): void {
    const ports = portsOf(packet.payload);
    const segment = parseSegment(packet.payload);
    if (ports === null || segment === null || this.#disposed) return;
    const flow = this.#guests.get(packet.source)?.find(packet.destination, ports.sourcePort, ports.destinationPort);
    const begins = (segment.flags & (FLAG.syn | FLAG.ack | FLAG.rst)) === FLAG.syn;
    if (flow !== undefined && !(begins && flow.endpoint?.mayBeReplacedBy(segment) === true)) flow.receive(segment);
    else if (begins) {
      flow?.drop();
      this.#begin(packet, ports, segment);
    } else this.#refuse(packet, segment);
  }

  room(guest: Address): void {
    this.#guests.get(guest)?.room();
  }

  /** Opens a port of this computer that leads to a guest. @throws AppError as `HostNetwork.listenTcp` */
  async forward(spec: ForwardSpec): Promise<Disposable> {
    const to = { address: spec.guestAddress, port: spec.guestPort };
    const listener = await this.#situation.host.listenTcp({ address: spec.address, port: spec.port }, (connection) =>
      this.#lead(connection, to),
    );
    this.#listeners.add(listener);
    return {
      dispose: () => {
        this.#listeners.delete(listener);
        listener.dispose();
      },
    };
  }

  /** A guest is gone: nobody answers for its connections any more. */
  forget(guest: Address): void {
    for (const flow of this.#guests.get(guest)?.all() ?? []) flow.drop();
    this.#guests.delete(guest);
  }

  dispose(): void {
    this.#disposed = true;
    for (const listener of this.#listeners) listener.dispose();
    this.#listeners.clear();
    for (const guest of this.#guests.values()) for (const flow of guest.all()) flow.reset();
    this.#guests.clear();
    this.#alarms.dispose();
  }

  #begin(packet: TransportPacket, { sourcePort, destinationPort }: Ports, segment: Segment): void {
    const { host, policy, gateway, link } = this.#situation;
    if (sourcePort === 0 || destinationPort === 0) return;
    const atGateway = gateway.includes(packet.destination);
    const service = atGateway ? this.#services.get(destinationPort) : undefined;
    const reach = policy.decide(packet.destination);
    if (service === undefined && reach.kind === 'prohibited') {
      if (atGateway) this.#refuse(packet, segment);
      else link.unreachable(packet, 'prohibited');
      return;
    }
    const flow = this.#admit(
      { address: packet.source, port: sourcePort },
      { address: packet.destination, port: destinationPort },
    );
    if (flow === null) return;
    if (service !== undefined) flow.serve(segment, (events) => serve(service, flow.guest, events));
    else if (reach.kind !== 'prohibited') {
      const connect = (address: Address) => (events: TcpEvents) =>
        host.connectTcp({ address, port: destinationPort }, events);
      flow.ask(packet, segment, addressesOf(reach).map(connect));
    }
  }

  /** @returns null when this guest, or all, have as many as they may */
  #admit(guestEnd: Endpoint, remote: Endpoint): TcpFlow | null {
    const guest = this.#guestAt(guestEnd.address);
    if (guest === null || this.#flows >= this.#limits.flows || !guest.admits(this.#situation.host.now())) return null;
    const flow = new TcpFlow(this.#flowSituation, guest, guestEnd, remote);
    guest.add(flow);
    this.#flows++;
    return flow;
  }

  #guestAt(address: Address): TcpGuest<TcpFlow> | null {
    const known = this.#guests.get(address);
    if (known !== undefined) return known;
    if (this.#guests.size >= this.#limits.idleGuests) {
      const idle = [...this.#guests.values()].find(({ size }) => size === 0);
      if (idle === undefined) return null;
      this.#guests.delete(idle.address);
    }
    const guest = new TcpGuest<TcpFlow>(address, this.#limits, this.#budget, this.#situation.host.now());
    this.#guests.set(address, guest);
    return guest;
  }

  #lead(connection: HostTcp, to: Endpoint): TcpEvents {
    const [v4, v6] = this.#situation.gateway;
    const address = to.address.includes(':') ? v6 : v4;
    const port = this.#freePort(address, to);
    const flow = port === null || this.#disposed ? null : this.#admit(to, { address, port });
    if (flow !== null) return flow.call(connection);
    connection.reset();
    return NOTHING_HAPPENS;
  }

  #freePort(address: Address, to: Endpoint): number | null {
    const guest = this.#guests.get(to.address);
    for (let tries = 0; tries < DYNAMIC_PORTS; tries++) {
      const port = FIRST_DYNAMIC_PORT + (this.#nextPort++ % DYNAMIC_PORTS);
      if (guest?.find(address, to.port, port) === undefined) return port;
    }
    return null;
  }

  /** RFC 9293 §3.10.7.1: the answer to a segment of no connection. */
  #refuse(packet: TransportPacket, segment: Segment): void {
    const ports = portsOf(packet.payload);
    if (ports === null || hasFlag(segment, FLAG.rst)) return;
    const acks = hasFlag(segment, FLAG.ack);
    const length = segment.data.length + (hasFlag(segment, FLAG.syn) ? 1 : 0) + (hasFlag(segment, FLAG.fin) ? 1 : 0);
    const head: SegmentHead = {
      sequence: acks ? segment.acknowledgment : 0,
      acknowledgment: acks ? 0 : (segment.sequence + length) >>> 0,
      flags: acks ? FLAG.rst : FLAG.rst | FLAG.ack,
      window: 0,
      maximumSegment: 0,
      windowScale: -1,
      sackPermitted: false,
      timestamps: null,
      sack: NO_SACK,
    };
    this.#situation.link.send({
      source: packet.destination,
      destination: packet.source,
      protocol: PROTOCOL.tcp,
      header: writeHeader({ sourcePort: ports.destinationPort, destinationPort: ports.sourcePort }, head),
      data: [],
      segmentBytes: 0,
    });
  }
}

function firstPort(host: HostNetwork): number {
  const bytes = new Uint8Array(2);
  host.random(bytes);
  return ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % DYNAMIC_PORTS;
}

/** Programs of this computer mostly listen at one of its loopback addresses only, and a guest cannot know at which. */
function addressesOf({ kind, address }: Exclude<Reach, { kind: 'prohibited' }>): readonly Address[] {
  if (kind !== 'this-computer') return [address];
  return [address, address.includes(':') ? '127.0.0.1' : '::1'];
}

const NOTHING_HAPPENS: TcpEvents = {
  connected: () => undefined,
  data: () => undefined,
  ended: () => undefined,
  drained: () => undefined,
  closed: () => undefined,
};
