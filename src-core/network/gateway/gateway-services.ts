import type { NetworkSpec } from '../network-runner.ts';
import { DhcpServer } from './dhcp/dhcp-server.ts';
import { DnsForwarder } from './dns/dns-forwarder.ts';
import { DnsOverTcp } from './dns/dns-over-tcp.ts';
import { DnsOverUdp } from './dns/dns-over-udp.ts';
import type { ProtocolParts } from './gateway.ts';
import type { TcpService } from './tcp/tcp-service.ts';
import type { UdpService } from './udp/udp-service.ts';

export interface GatewayServices {
  readonly udp: readonly UdpService[];
  readonly tcp: readonly TcpService[];
}

/** What a gateway itself serves: addresses and names. */
export function gatewayServices(network: NetworkSpec, parts: ProtocolParts): GatewayServices {
  const { host, link, addresses, cards, addressesOf, macOf, reachesHost } = parts;
  const { subnet, internal } = network;
  const isUsed = (address: string, mac: string): boolean => (macOf(address) ?? mac) !== mac;
  const dhcp = new DhcpServer({ host, subnet, internal, gateway: addresses.v4, mtu: link.mtu, cards, isUsed });
  const forwarder = new DnsForwarder({ host, internal, addresses, cards, addressesOf, macOf, reachesHost });
  return { udp: [dhcp, new DnsOverUdp(forwarder)], tcp: [new DnsOverTcp(forwarder, host)] };
}
