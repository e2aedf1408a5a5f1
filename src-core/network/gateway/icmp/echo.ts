import type { HostNetwork } from '../../host-network.ts';
import type { GatewayAddresses } from '../gateway-addresses.ts';
import type { Address, GuestProtocol, ReachPolicy } from '../guest-link.ts';
import { PROTOCOL } from '../../wire-format/ip.ts';
import type { IpLink, ReceivedPacket } from '../ip/ip-link.ts';

/** Echoes of one guest, and of a network, that wait for their answers at the same time: more are lost, as packets may be. */
export const MOST_ECHOES_OF_A_GUEST = 16;
export const MOST_ECHOES = 128;
/** What has not answered by then never does: a guest's `ping` has given up by itself. */
export const ECHO_TIMEOUT_MS = 10_000;

/** RFC 792 and RFC 4443 §4: type, code, checksum, identifier and sequence number; then data of the guest's own. */
const HEADER_BYTES = 8;
const TYPES = { [PROTOCOL.icmp]: { request: 8, reply: 0 }, [PROTOCOL.icmp6]: { request: 128, reply: 129 } } as const;

export interface EchoSituation {
  readonly host: Pick<HostNetwork, 'echo'>;
  readonly addresses: Pick<GatewayAddresses, 'isOwn'>;
  readonly link: IpLink;
  readonly policy: ReachPolicy;
}

/** Echo of ICMP: the gateway answers for itself; for others only when they really answered this computer. */
export class Echo implements GuestProtocol {
  readonly #situation: EchoSituation;
  readonly #ofGuests = new Map<Address, number>();
  #waiting = 0;
  #isDisposed = false;

  constructor(situation: EchoSituation) {
    this.#situation = situation;
  }

  get flows(): number {
    return this.#waiting;
  }

  receive(packet: ReceivedPacket): void {
    const types = typesOf(packet.protocol);
    if (types === null || packet.toEverybody || packet.payload.length < HEADER_BYTES) return;
    if (packet.payload[0] !== types.request || packet.payload[1] !== 0) return;
    const { addresses, policy, link } = this.#situation;
    if (addresses.isOwn(packet.destination)) return this.#reply(packet, packet.payload);
    const reach = policy.decide(packet.destination);
    if (reach.kind === 'outside') this.#ask(packet, reach.address);
    else link.unreachable(packet, 'prohibited');
  }

  room(): void {
    // What found no room was lost: nothing waits.
  }

  dispose(): void {
    this.#isDisposed = true;
  }

  #ask(packet: ReceivedPacket, address: Address): void {
    const ofGuest = this.#ofGuests.get(packet.source) ?? 0;
    if (ofGuest >= MOST_ECHOES_OF_A_GUEST || this.#waiting >= MOST_ECHOES) return;
    this.#count(packet.source, 1);
    const payload = packet.payload.slice();
    const ends = { source: packet.source, destination: packet.destination, protocol: packet.protocol };
    const answered = (isAnswered: boolean): void => {
      this.#count(ends.source, -1);
      if (isAnswered && !this.#isDisposed) this.#reply(ends, payload);
    };
    // Whatever goes wrong outside, the guest sees as what it is: no answer.
    this.#situation.host
      .echo(address, payload.length - HEADER_BYTES, ECHO_TIMEOUT_MS)
      .then(answered, () => answered(false));
  }

  #count(guest: Address, change: 1 | -1): void {
    const left = (this.#ofGuests.get(guest) ?? 0) + change;
    this.#waiting += change;
    if (left > 0) this.#ofGuests.set(guest, left);
    else this.#ofGuests.delete(guest);
  }

  #reply(
    { source, destination, protocol }: Pick<ReceivedPacket, 'source' | 'destination' | 'protocol'>,
    request: Uint8Array,
  ): void {
    const header = request.slice(0, HEADER_BYTES);
    header.set([typesOf(protocol)?.reply ?? 0, 0, 0, 0]);
    const data = [request.subarray(HEADER_BYTES)];
    this.#situation.link.send({ source: destination, destination: source, protocol, header, data, segmentBytes: 0 });
  }
}

function typesOf(protocol: number): { readonly request: number; readonly reply: number } | null {
  if (protocol === PROTOCOL.icmp) return TYPES[PROTOCOL.icmp];
  return protocol === PROTOCOL.icmp6 ? TYPES[PROTOCOL.icmp6] : null;
}
