import { joinBytes } from '../../../../base/join-bytes.ts';
import type { FakeHostNetwork } from '../../../testing/fake-host-network.ts';
import type { GuestLink, PacketToGuest, TransportPacket, Unreachable } from '../../guest-link.ts';
import { FLAG, hasFlag, type Segment } from '../endpoint/segment.ts';
import { parseSegment, portsOf } from '../endpoint/segment-format.ts';
import type { TcpProtocol } from '../tcp-protocol.ts';
import { SimulatedEnd, VirtualClock } from './simulated-line.ts';

export const GUEST = '10.86.0.2';
export const GATEWAY = '10.86.0.1';
export const GATEWAY6 = 'fd12::1';

/** A guest with TCP, and the way to it: what either sends waits until `settle`. */
export class FakeGuest implements GuestLink {
  readonly mtu = 1500;
  most = 65_160;
  /** The way to the guest is full. */
  isFull = false;
  protocol!: TcpProtocol;
  readonly ends = new Map<string, SimulatedEnd>();
  /** Ports at which it accepts. */
  readonly listening = new Map<number, (end: SimulatedEnd) => void>();
  readonly errors: Unreachable[] = [];
  /** Segments that came for no connection of it. */
  readonly strays: Segment[] = [];
  readonly #host: FakeHostNetwork;
  #toGuest: PacketToGuest[] = [];
  #toGateway: TransportPacket[] = [];
  readonly #clock = new VirtualClock();
  #nextPort = 1_024;
  #sequence = 1_000;

  constructor(host: FakeHostNetwork) {
    this.#host = host;
  }

  isGuest(): boolean {
    return true;
  }

  mostPayload(): number {
    return this.most;
  }

  send(packet: PacketToGuest): boolean {
    if (this.isFull) return false;
    this.#toGuest.push(packet);
    return true;
  }

  unreachable(_packet: TransportPacket, reason: Unreachable): void {
    this.errors.push(reason);
  }

  connect(address: string, port: number): SimulatedEnd {
    const end = this.#end(address, this.#nextPort++, port);
    end.connect((this.#sequence += 10_007));
    return end;
  }

  /** Puts any packet onto the way to the gateway. */
  put(payload: Uint8Array, destination: string): void {
    this.#toGateway.push({ source: GUEST, destination, protocol: 6, payload });
  }

  /** Carries packets both ways until there are none. */
  settle(): void {
    while (this.#toGuest.length + this.#toGateway.length > 0) {
      const [toGuest, toGateway] = [this.#toGuest, this.#toGateway];
      this.#toGuest = [];
      this.#toGateway = [];
      for (const packet of toGateway) {
        this.protocol.receive(packet);
        packet.payload.fill(0xee);
      }
      for (const packet of toGuest) this.#receive(packet);
    }
  }

  /** Lets time pass, in small steps. */
  pass(milliseconds: number, step = 5): void {
    this.settle();
    for (let passed = 0; passed < milliseconds; passed += step) {
      this.#host.advance(step);
      this.#clock.run(this.#host.now(), () => false);
      this.settle();
    }
  }

  #receive({ source, header, data }: PacketToGuest): void {
    const packet = joinBytes([header, ...data]);
    const ports = portsOf(packet);
    const segment = parseSegment(packet);
    if (ports === null || segment === null) throw new Error('the gateway sent what is no segment');
    const end = this.ends.get(keyOf(source, ports.destinationPort, ports.sourcePort));
    if (end !== undefined) return end.endpoint.receive(segment);
    const listener = this.listening.get(ports.destinationPort);
    if (listener === undefined || !hasFlag(segment, FLAG.syn)) return this.#stray(segment, source, packet);
    const accepted = this.#end(source, ports.destinationPort, ports.sourcePort);
    accepted.accept((this.#sequence += 10_007), segment);
    listener(accepted);
  }

  #stray(segment: Segment, source: string, packet: Uint8Array): void {
    this.strays.push(segment);
    if (!hasFlag(segment, FLAG.syn) || hasFlag(segment, FLAG.ack)) return;
    // Nobody listens there: RST.
    const reset = packet.slice(0, 20);
    reset.set(packet.subarray(0, 2), 2);
    reset.set(packet.subarray(2, 4), 0);
    reset.fill(0, 4, 8);
    new DataView(reset.buffer).setUint32(8, segment.sequence + 1);
    reset[12] = 0x50;
    reset[13] = FLAG.rst | FLAG.ack;
    this.put(reset, source);
  }

  #end(address: string, port: number, remotePort: number): SimulatedEnd {
    const host = this.#host;
    const time = {
      get now(): number {
        return host.now();
      },
      at: (at: number, happens: () => void) => this.#clock.at(at, happens),
    };
    const end = new SimulatedEnd(time);
    end.ports = { sourcePort: port, destinationPort: remotePort };
    end.put = (packets) => {
      for (const packet of packets) this.put(packet, address);
      return true;
    };
    this.ends.set(keyOf(address, port, remotePort), end);
    return end;
  }
}

function keyOf(address: string, port: number, remotePort: number): string {
  return `${address} ${port} ${remotePort}`;
}
