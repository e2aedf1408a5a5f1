import { joinBytes } from '../../base/join-bytes.ts';

/** linux/netlink.h, linux/rtnetlink.h, linux/if_link.h. */
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_LINK = 5;
const IFLA_LINKINFO = 18;
const IFLA_NET_NS_FD = 28;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_MACVLAN_MODE = 1;
const MACVLAN_MODE_BRIDGE = 4;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RTN_UNICAST = 1;
const IFF_UP = 1;
const AF_INET = 2;
const NESTED = 0x8000;

/** What a message is answered with: a header, an errno, and the message's own header. */
export const ACKNOWLEDGEMENT_BYTES = 36;
export const LOOPBACK_INDEX = 1;
/** Of a container's card. The kernel looks for it among the node's own cards first: none of them comes so far. */
export const CARD_INDEX = 0x1_0000;

export function linkUp(index: number): Uint8Array {
  return message(RTM_NEWLINK, 0, interfaceInfo(index, IFF_UP, IFF_UP));
}

/**
 * A card of its own over another, in another network namespace; those over one card reach each other directly.
 * @param namespace number of a descriptor of the sender's
 */
export function newMacvlan(over: number, mac: string, namespace: number): Uint8Array {
  const mode = attribute(IFLA_INFO_DATA | NESTED, attribute(IFLA_MACVLAN_MODE, word(MACVLAN_MODE_BRIDGE)));
  return message(
    RTM_NEWLINK,
    NLM_F_CREATE | NLM_F_EXCL,
    interfaceInfo(CARD_INDEX, 0, 0),
    attribute(IFLA_IFNAME, text('eth0')),
    attribute(
      IFLA_ADDRESS,
      Uint8Array.from(mac.split(':'), (byte) => parseInt(byte, 16)),
    ),
    attribute(IFLA_LINK, word(over)),
    attribute(IFLA_NET_NS_FD, word(namespace)),
    attribute(IFLA_LINKINFO | NESTED, joinBytes([attribute(IFLA_INFO_KIND, text('macvlan')), mode])),
  );
}

/** @param address "10.0.2.7" */
export function newAddress(index: number, address: string, prefix: number): Uint8Array {
  const info = new Uint8Array(8);
  info.set([AF_INET, prefix, 0, 0]);
  new DataView(info.buffer).setUint32(4, index, true);
  const bytes = ipv4(address);
  return message(RTM_NEWADDR, NLM_F_CREATE, info, attribute(IFA_LOCAL, bytes), attribute(IFA_ADDRESS, bytes));
}

export function defaultRoute(index: number, gateway: string): Uint8Array {
  const info = Uint8Array.from([AF_INET, 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, 0, RTN_UNICAST, 0, 0, 0, 0]);
  const parts = [attribute(RTA_GATEWAY, ipv4(gateway)), attribute(RTA_OIF, word(index))];
  return message(RTM_NEWROUTE, NLM_F_CREATE, info, ...parts);
}

/** @returns 0, or why the kernel did not do what it was told */
export function errnoIn(answer: Uint8Array): number {
  if (answer.length < 20) return 0;
  return Math.abs(new DataView(answer.buffer, answer.byteOffset).getInt32(16, true));
}

/** struct ifinfomsg */
function interfaceInfo(index: number, flags: number, change: number): Uint8Array {
  const info = new Uint8Array(16);
  const view = new DataView(info.buffer);
  view.setInt32(4, index, true);
  view.setUint32(8, flags, true);
  view.setUint32(12, change, true);
  return info;
}

function message(type: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joinBytes(parts);
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  view.setUint32(0, header.length + body.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_ACK | flags, true);
  return joinBytes([header, body]);
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + Math.ceil(value.length / 4) * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 4 + value.length, true);
  view.setUint16(2, type, true);
  bytes.set(value, 4);
  return bytes;
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

const ipv4 = (address: string): Uint8Array => Uint8Array.from(address.split('.'), Number);
