import { formatAddress, formatMac, parseAddress } from '../address-text.ts';
import type { Address } from '../guest-link.ts';
import { OPTION } from './options.ts';

/** DHCP messages, RFC 2131 §2 and RFC 2132. */
export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;
export const DHCP_TYPE = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

/** Where the fields are. */
const AT = {
  op: 0,
  htype: 1,
  hlen: 2,
  xid: 4,
  flags: 10,
  ciaddr: 12,
  yiaddr: 16,
  giaddr: 24,
  chaddr: 28,
  sname: 44,
  file: 108,
};
const COOKIE_AT = 236;
const OPTIONS_AT = 240;
const COOKIE = 0x6382_5363;
const REQUEST = 1;
const REPLY = 2;
const ETHERNET = 1;
const BROADCAST_FLAG = 0x8000;
/** What BOOTP clients expect at least, RFC 1542 §2.1. */
const SHORTEST_REPLY_BYTES = 300;

/** What a client sent. */
export interface DhcpRequest {
  /** `DHCP_TYPE`. */
  readonly type: number;
  readonly xid: number;
  /** It cannot take a packet to an address that it does not have yet. */
  readonly wantsBroadcast: boolean;
  /** The address that it has and uses; "0.0.0.0" for none. */
  readonly ciaddr: Address;
  /** Of the relay that it came by; "0.0.0.0" for none. */
  readonly giaddr: Address;
  readonly mac: string;
  /** All pieces of an option put together (RFC 3396). */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

export interface DhcpReply {
  readonly to: DhcpRequest;
  readonly type: number;
  /** "0.0.0.0" where none is given. */
  readonly yiaddr: Address;
  /** In this order; each at most 255 bytes. */
  readonly options: readonly (readonly [code: number, value: Uint8Array])[];
}

/** @returns null for what is no DHCP request of an Ethernet card, and for what is malformed */
export function decodeRequest(data: Uint8Array): DhcpRequest | null {
  if (data.length < OPTIONS_AT) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data[AT.op] !== REQUEST || data[AT.htype] !== ETHERNET || data[AT.hlen] !== 6) return null;
  const mac = data.subarray(AT.chaddr, AT.chaddr + 6);
  const isOneCard = ((mac[0] ?? 1) & 1) === 0 && mac.some((byte) => byte !== 0);
  if (view.getUint32(COOKIE_AT) !== COOKIE || !isOneCard) return null;
  const options = decodeOptions(data);
  const type = options?.get(OPTION.messageType);
  if (options === null || type?.length !== 1) return null;
  return {
    type: type[0] ?? 0,
    xid: view.getUint32(AT.xid),
    wantsBroadcast: (view.getUint16(AT.flags) & BROADCAST_FLAG) !== 0,
    ciaddr: formatAddress(data.subarray(AT.ciaddr, AT.ciaddr + 4)),
    giaddr: formatAddress(data.subarray(AT.giaddr, AT.giaddr + 4)),
    mac: formatMac(mac),
    options,
  };
}

/** @returns null when one is cut off */
function decodeOptions(data: Uint8Array): Map<number, Uint8Array> | null {
  const options = new Map<number, Uint8Array>();
  if (!decodeArea(data.subarray(OPTIONS_AT), options)) return null;
  // RFC 2132 §9.3: they go on in `file` and `sname`, in this order (RFC 3396 §5).
  const overload = options.get(OPTION.overload)?.[0] ?? 0;
  if ((overload & 1) !== 0 && !decodeArea(data.subarray(AT.file, COOKIE_AT), options)) return null;
  if ((overload & 2) !== 0 && !decodeArea(data.subarray(AT.sname, AT.file), options)) return null;
  return options;
}

function decodeArea(area: Uint8Array, into: Map<number, Uint8Array>): boolean {
  for (let at = 0; at < area.length;) {
    const code = area[at] ?? 0;
    if (code === OPTION.end) return true;
    if (code === OPTION.pad) {
      at++;
      continue;
    }
    const length = area[at + 1];
    if (length === undefined || at + 2 + length > area.length) return false;
    const before = into.get(code);
    const piece = area.slice(at + 2, at + 2 + length);
    into.set(code, before === undefined ? piece : Uint8Array.of(...before, ...piece));
    at += 2 + length;
  }
  return true;
}

/** RFC 2131 §4.3.1, table 3. */
export function encodeReply({ to, type, yiaddr, options }: DhcpReply): Uint8Array {
  const all = [[OPTION.messageType, Uint8Array.of(type)] as const, ...options];
  const length = all.reduce((sum, [, value]) => sum + 2 + value.length, OPTIONS_AT + 1);
  const bytes = new Uint8Array(Math.max(length, SHORTEST_REPLY_BYTES));
  const view = new DataView(bytes.buffer);
  bytes.set([REPLY, ETHERNET, 6]);
  view.setUint32(AT.xid, to.xid);
  view.setUint16(AT.flags, to.wantsBroadcast ? BROADCAST_FLAG : 0);
  // A client that is told no has no address of its own any more.
  if (type === DHCP_TYPE.ack) bytes.set(parseAddress(to.ciaddr) ?? [], AT.ciaddr);
  bytes.set(parseAddress(yiaddr) ?? [], AT.yiaddr);
  bytes.set(parseMacBytes(to.mac), AT.chaddr);
  view.setUint32(COOKIE_AT, COOKIE);
  let at = OPTIONS_AT;
  for (const [code, value] of all) {
    bytes.set([code, value.length], at);
    bytes.set(value, at + 2);
    at += 2 + value.length;
  }
  bytes[at] = OPTION.end;
  return bytes;
}

function parseMacBytes(mac: string): number[] {
  return mac.split(':').map((byte) => parseInt(byte, 16));
}
