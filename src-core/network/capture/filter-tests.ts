import { liesIn } from '../gateway/prefix.ts';
import type { Prefix } from '../gateway/prefix.ts';
import { ETHER_TYPE } from '../wire-format/ethernet.ts';
import { PROTOCOL } from '../wire-format/ip.ts';
import type { Dissection } from '../wire-format/dissection.ts';

/** Whether a packet is wanted. */
export type PacketTest = (packet: Dissection) => boolean;

/** Which of the two ends must be meant. */
export type Direction = 'either' | 'src' | 'dst' | 'both';

const overIp =
  (protocol: number): PacketTest =>
  ({ ip }) =>
    ip?.protocol === protocol;

/** Words that are a filter by themselves. */
export const PROTOCOL_TESTS: Readonly<Record<string, PacketTest>> = {
  arp: ({ ethernet }) => ethernet.type === ETHER_TYPE.arp,
  ip: ({ ethernet }) => ethernet.type === ETHER_TYPE.ipv4,
  ip6: ({ ethernet }) => ethernet.type === ETHER_TYPE.ipv6,
  tcp: overIp(PROTOCOL.tcp),
  udp: overIp(PROTOCOL.udp),
  icmp: ({ ip }) => ip?.version === 4 && ip.protocol === PROTOCOL.icmp,
  icmp6: ({ ip }) => ip?.version === 6 && ip.protocol === PROTOCOL.icmp6,
};

export const BROADCAST: PacketTest = ({ ethernet }) => ethernet.destination.every((byte) => byte === 0xff);
export const MULTICAST: PacketTest = ({ ethernet }) => ((ethernet.destination[0] ?? 0) & 1) !== 0;

/** An IP address, or that of an ARP packet's sender or target. */
export function addressTest(prefix: Prefix, direction: Direction): PacketTest {
  return ({ ip, arp }) => {
    const source = ip?.source ?? arp?.sender;
    const destination = ip?.destination ?? arp?.target;
    if (source === undefined || destination === undefined) return false;
    return agree(direction, liesIn(source, prefix), liesIn(destination, prefix));
  };
}

export function portTest(first: number, last: number, direction: Direction): PacketTest {
  const isMeant = (port: number): boolean => port >= first && port <= last;
  return ({ tcp, udp }) => {
    const ports = tcp ?? udp;
    return ports !== null && agree(direction, isMeant(ports.sourcePort), isMeant(ports.destinationPort));
  };
}

export function macTest(mac: Uint8Array, direction: Direction): PacketTest {
  const isMeant = (other: Uint8Array): boolean => other.every((byte, at) => byte === mac[at]);
  return ({ ethernet }) => agree(direction, isMeant(ethernet.source), isMeant(ethernet.destination));
}

function agree(direction: Direction, source: boolean, destination: boolean): boolean {
  if (direction === 'src') return source;
  if (direction === 'dst') return destination;
  return direction === 'both' ? source && destination : source || destination;
}
