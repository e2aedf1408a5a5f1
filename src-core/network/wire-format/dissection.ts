import { parseArp } from './arp.ts';
import type { ArpPacket } from './arp.ts';
import { ETHER_TYPE, parseEthernet } from './ethernet.ts';
import type { EthernetHeader } from './ethernet.ts';
import { parseIcmp } from './icmp.ts';
import type { IcmpHeader } from './icmp.ts';
import { parseIpv4, parseIpv6, PROTOCOL, skipExtensions } from './ip.ts';
import type { IpHeader } from './ip.ts';
import { parseTcp } from './tcp.ts';
import type { TcpHeader } from './tcp.ts';
import { parseUdp } from './udp.ts';
import type { UdpHeader } from './udp.ts';

/** A frame, header by header: null for what it has not, or has malformed. */
export interface Dissection {
  readonly frame: Uint8Array;
  readonly ethernet: EthernetHeader;
  readonly arp: ArpPacket | null;
  readonly ip: IpHeader | null;
  readonly tcp: TcpHeader | null;
  readonly udp: UdpHeader | null;
  /** ICMP over IPv4, or ICMPv6 over IPv6. */
  readonly icmp: IcmpHeader | null;
}

/** @returns null for what is not even an Ethernet frame */
export function dissect(frame: Uint8Array): Dissection | null {
  const ethernet = parseEthernet(frame);
  if (ethernet === null) return null;
  const { type, payloadAt } = ethernet;
  const arp = type === ETHER_TYPE.arp ? parseArp(frame, payloadAt) : null;
  const ip = ipOf(frame, ethernet);
  const of = (protocol: number): IpHeader | null => (ip?.protocol === protocol && !ip.fragment?.offset ? ip : null);
  const [tcp, udp] = [of(PROTOCOL.tcp), of(PROTOCOL.udp)];
  const icmp = of(ip?.version === 6 ? PROTOCOL.icmp6 : PROTOCOL.icmp);
  return {
    frame,
    ethernet,
    arp,
    ip,
    tcp: tcp && parseTcp(frame, tcp.payloadAt, tcp.end),
    udp: udp && parseUdp(frame, udp.payloadAt, udp.end, !udp.fragment),
    icmp: icmp && parseIcmp(frame, icmp.payloadAt, icmp.end),
  };
}

function ipOf(frame: Uint8Array, { type, payloadAt }: EthernetHeader): IpHeader | null {
  if (type === ETHER_TYPE.ipv4) return parseIpv4(frame, payloadAt);
  const ip = type === ETHER_TYPE.ipv6 ? parseIpv6(frame, payloadAt) : null;
  if (ip?.fragment?.offset !== 0) return ip;
  // More headers may stand in the part that was cut, whose beginning is here (RFC 8200 §4.5).
  const behind = skipExtensions(frame, ip.protocol, ip.payloadAt, ip.end);
  return behind && { ...ip, ...behind, fragment: behind.fragment ?? ip.fragment };
}
