import type { PacketSummary } from '../../contract/networks.ts';
import { formatAddress, formatMac } from '../gateway/address-text.ts';
import { ARP_OPERATION } from '../wire-format/arp.ts';
import type { ArpPacket } from '../wire-format/arp.ts';
import type { Dissection } from '../wire-format/dissection.ts';
import { PROTOCOL } from '../wire-format/ip.ts';
import type { FragmentField, IpHeader } from '../wire-format/ip.ts';
import { icmpSummary } from './icmp-summary.ts';
import type { Said } from './said.ts';
import { tcpSummary } from './tcp-summary.ts';
import { udpSummary } from './udp-summary.ts';

/** Longest text that a packet has in the list: what a guest puts into names is not to fill it. */
const MOST_INFO_LETTERS = 300;

/** A packet in a line. Nothing that a guest sends is an error: what is malformed is called so. */
export function summarize(packet: Dissection): Omit<PacketSummary, 'number' | 'at' | 'from'> {
  const { ethernet, arp, ip, frame } = packet;
  const address = (of: Uint8Array | undefined, mac: Uint8Array): string => (of ? formatAddress(of) : formatMac(mac));
  const { protocol, info } = said(packet);
  return {
    source: address(ip?.source ?? arp?.sender, ethernet.source),
    destination: address(ip?.destination ?? arp?.target, ethernet.destination),
    protocol,
    bytes: frame.length,
    info: printable(info).slice(0, MOST_INFO_LETTERS),
  };
}

/** What could have been told of, were it not malformed. */
const KNOWN: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.icmp, PROTOCOL.icmp6];

function said(packet: Dissection): Said {
  const { ethernet, arp, ip, tcp, udp, icmp, frame } = packet;
  if (arp !== null) return arpSaid(arp);
  if (ip === null) return { protocol: 'Ethernet', info: `type 0x${ethernet.type.toString(16).padStart(4, '0')}` };
  if (ip.fragment !== null) return fragmentSaid(ip, ip.fragment);
  if (tcp !== null) return tcpSummary(frame, ip, tcp);
  if (udp !== null) return udpSummary(frame, udp);
  if (icmp !== null) return icmpSummary(frame, ip, icmp);
  const name = ip.version === 4 ? 'IPv4' : 'IPv6';
  const known = KNOWN.includes(ip.protocol);
  return { protocol: name, info: `${known ? 'malformed, ' : ''}protocol ${ip.protocol}` };
}

function arpSaid({ operation, sender, senderMac, target }: ArpPacket): Said {
  const [from, to] = [formatAddress(sender), formatAddress(target)];
  if (operation === ARP_OPERATION.reply) return { protocol: 'ARP', info: `${from} is at ${formatMac(senderMac)}` };
  if (operation !== ARP_OPERATION.request) return { protocol: 'ARP', info: `operation ${operation}` };
  if (from === '0.0.0.0') return { protocol: 'ARP', info: `Does anybody have ${to}?` };
  return { protocol: 'ARP', info: from === to ? `Announces ${from}` : `Who has ${to}? Tell ${from}` };
}

function fragmentSaid({ version, protocol, payloadAt, end }: IpHeader, { offset, more }: FragmentField): Said {
  const which = more ? '' : ', the last';
  const info = `fragment of protocol ${protocol}: ${end - payloadAt} bytes at ${offset}${which}`;
  return { protocol: version === 4 ? 'IPv4' : 'IPv6', info };
}

/** What controls a terminal stays out of it. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '.');
}
