import { viewOf } from '../../wire-format/fields.ts';

/** RFC 4861 §4. */
export const NDP = {
  routerSolicitation: 133,
  routerAdvertisement: 134,
  solicitation: 135,
  advertisement: 136,
} as const;
export const NDP_HOP_LIMIT = 255;
const OPTION = { sourceMac: 1, targetMac: 2, prefix: 3, mtu: 5, nameServers: 25, searchList: 31 } as const;

/** Bytes of an ICMPv6 header, and of the words that all these messages have behind it. */
const ROUTER_SOLICITATION_BYTES = 8;
const NEIGHBOUR_BYTES = 24;

export interface NdpMessage {
  readonly type: number;
  /** The MAC that the message tells, of its sender or its target. */
  readonly mac: Uint8Array | null;
  /** Of a neighbour's message: the address that it is about. */
  readonly target: Uint8Array | null;
}

/** @returns null for what RFC 4861 §6.1 and §7.1 want ignored, and what is none of the three that a router hears */
export function parseNdp(payload: Uint8Array, hopLimit: number): NdpMessage | null {
  const [type = 0, code = 0] = payload;
  const isNeighbour = type === NDP.solicitation || type === NDP.advertisement;
  if (hopLimit !== NDP_HOP_LIMIT || code !== 0 || (!isNeighbour && type !== NDP.routerSolicitation)) return null;
  const fixed = isNeighbour ? NEIGHBOUR_BYTES : ROUTER_SOLICITATION_BYTES;
  if (payload.length < fixed) return null;
  const mac = macOption(payload.subarray(fixed), type === NDP.advertisement ? OPTION.targetMac : OPTION.sourceMac);
  if (mac === undefined) return null;
  return { type, mac, target: isNeighbour ? payload.slice(8, 24) : null };
}

/** @returns null when there is none, undefined when the options are malformed */
function macOption(options: Uint8Array, wanted: number): Uint8Array | null | undefined {
  let mac: Uint8Array | null = null;
  for (let at = 0; at < options.length;) {
    const length = (options[at + 1] ?? 0) * 8;
    if (length === 0 || at + length > options.length) return undefined;
    if (options[at] === wanted && length === 8) mac = options.slice(at + 2, at + 8);
    at += length;
  }
  return mac;
}

/** RFC 4861 §4.4 flags of an advertisement. */
export const ADVERTISES = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

/** The checksum is zero. @param flags bits of `ADVERTISES`; 0 for a solicitation */
export function neighbourMessage(type: number, flags: number, target: Uint8Array, mac: Uint8Array): Uint8Array {
  const message = new Uint8Array(NEIGHBOUR_BYTES + 8);
  message[0] = type;
  message[4] = flags;
  message.set(target, 8);
  message.set([type === NDP.advertisement ? OPTION.targetMac : OPTION.sourceMac, 1], NEIGHBOUR_BYTES);
  message.set(mac, NEIGHBOUR_BYTES + 2);
  return message;
}

export interface RouterAdvertisement {
  readonly mac: Uint8Array;
  /** 0: no way out. */
  readonly routerSeconds: number;
  readonly mtu: number;
  /** Its first 64 bits are everybody's. */
  readonly prefix: Uint8Array;
  readonly prefixSeconds: { readonly valid: number; readonly preferred: number };
  readonly nameServer: Uint8Array;
  readonly nameServerSeconds: number;
  /** One label. */
  readonly searchDomain: string;
}

/** RFC 4861 §4.2 with prefix (§4.6.2: on link, and to make addresses of), MTU (§4.6.4), and names (RFC 8106 §5). */
export function routerAdvertisement(what: RouterAdvertisement): Uint8Array {
  const HOP_LIMIT_OF_GUESTS = 64;
  const message = new Uint8Array(16);
  const view = viewOf(message);
  message[0] = NDP.routerAdvertisement;
  message[4] = HOP_LIMIT_OF_GUESTS;
  view.setUint16(6, what.routerSeconds);
  const options = [sourceMac(what.mac), mtu(what.mtu), prefix(what), nameServers(what), searchList(what)];
  return Uint8Array.of(...message, ...options.flatMap((option) => [...option]));
}

function sourceMac(mac: Uint8Array): Uint8Array {
  return Uint8Array.of(OPTION.sourceMac, 1, ...mac);
}

function mtu(bytes: number): Uint8Array {
  const option = new Uint8Array(8);
  option.set([OPTION.mtu, 1]);
  viewOf(option).setUint32(4, bytes);
  return option;
}

function prefix(what: RouterAdvertisement): Uint8Array {
  const ON_LINK_AND_AUTONOMOUS = 0xc0;
  const option = new Uint8Array(32);
  const view = viewOf(option);
  option.set([OPTION.prefix, 4, 64, ON_LINK_AND_AUTONOMOUS]);
  view.setUint32(4, what.prefixSeconds.valid);
  view.setUint32(8, what.prefixSeconds.preferred);
  option.set(what.prefix.subarray(0, 8), 16);
  return option;
}

function nameServers(what: RouterAdvertisement): Uint8Array {
  const option = new Uint8Array(24);
  option.set([OPTION.nameServers, 3]);
  viewOf(option).setUint32(4, what.nameServerSeconds);
  option.set(what.nameServer, 8);
  return option;
}

function searchList(what: RouterAdvertisement): Uint8Array {
  const name = Array.from(what.searchDomain, (letter) => letter.charCodeAt(0));
  const words = 1 + Math.ceil((name.length + 2) / 8);
  const option = new Uint8Array(words * 8);
  option.set([OPTION.searchList, words]);
  viewOf(option).setUint32(4, what.nameServerSeconds);
  option.set([name.length, ...name, 0], 8);
  return option;
}
