import { assert } from '../../base/errors.ts';
import type { NetworkSpec } from '../network-runner.ts';
import { formatAddress, formatMac, parseAddress } from './address-text.ts';
import type { Address } from './guest-link.ts';
import { broadcastOf, liesIn, prefixOf, type Prefix } from './prefix.ts';

export const LIMITED_BROADCAST = '255.255.255.255';
export const UNSPECIFIED = '0.0.0.0';
export const UNSPECIFIED6 = '::';
export const ALL_NODES = 'ff02::1';
const LINK_LOCAL = prefixOf('fe80::/64');
const MULTICAST = prefixOf('224.0.0.0/4');
const MULTICAST6 = prefixOf('ff00::/8');

/** Where an address is, seen from the gateway. */
export type Place = 'gateway' | 'everybody' | 'guest' | 'elsewhere';

/** The addresses of a network's gateway, and which others are on its network. */
export class GatewayAddresses {
  /** Locally administered, and the same whenever the network is opened: guests keep it in their caches. */
  readonly macBytes: Uint8Array;
  readonly mac: string;
  readonly v4: Address;
  readonly v6: Address;
  /** RFC 4291 §2.5.6, of the MAC: what router advertisements come from. */
  readonly linkLocal: Address;
  readonly subnet: Prefix;
  readonly subnet6: Prefix;
  /** Of the subnet. */
  readonly broadcast: Address;

  constructor(network: Pick<NetworkSpec, 'id' | 'subnet' | 'subnet6'>) {
    this.macBytes = macOf(network.id);
    this.mac = formatMac(this.macBytes);
    this.subnet = prefixOf(`${network.subnet.address}/${network.subnet.length}`);
    this.subnet6 = prefixOf(`${network.subnet6.address}/${network.subnet6.length}`);
    assert(
      this.subnet.bytes.length === 4 && this.subnet6.bytes.length === 16,
      'a network has subnets of other families',
    );
    this.v4 = formatAddress(firstOf(this.subnet));
    this.v6 = formatAddress(firstOf(this.subnet6));
    this.linkLocal = formatAddress(linkLocalOf(this.macBytes));
    this.broadcast = formatAddress(broadcastOf(this.subnet));
  }

  /** All that the gateway answers to. */
  get own(): readonly [Address, Address, Address] {
    return [this.v4, this.v6, this.linkLocal];
  }

  isOwn(address: Address): boolean {
    return address === this.v4 || address === this.v6 || address === this.linkLocal;
  }

  /** @param bytes the same address */
  placeOf(address: Address, bytes: Uint8Array): Place {
    if (this.isOwn(address)) return 'gateway';
    if (isGroup(bytes) || address === LIMITED_BROADCAST || address === this.broadcast) return 'everybody';
    return this.isGuests(bytes) ? 'guest' : 'elsewhere';
  }

  /** Whether a guest may have the address: one of the subnets', not the gateway's and not everybody's. */
  isGuests(bytes: Uint8Array): boolean {
    const address = formatAddress(bytes);
    if (this.isOwn(address)) return false;
    if (bytes.length === 16) return liesIn(bytes, this.subnet6) || liesIn(bytes, LINK_LOCAL);
    return liesIn(bytes, this.subnet) && address !== this.broadcast && address !== formatAddress(this.subnet.bytes);
  }

  /** The gateway's own address that a guest at `address` knows it by. */
  facing(address: Address): Address {
    if (!address.includes(':')) return this.v4;
    const bytes = parseAddress(address);
    return bytes !== null && liesIn(bytes, LINK_LOCAL) ? this.linkLocal : this.v6;
  }
}

/** Multicast. */
export function isGroup(bytes: Uint8Array): boolean {
  return liesIn(bytes, bytes.length === 4 ? MULTICAST : MULTICAST6);
}

/** Where a group's packets go on Ethernet: RFC 1112 §6.4, RFC 2464 §7. */
export function macOfGroup(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 16) return Uint8Array.of(0x33, 0x33, ...bytes.subarray(12));
  const [, second = 0, third = 0, fourth = 0] = bytes;
  return Uint8Array.of(0x01, 0x00, 0x5e, second & 0x7f, third, fourth);
}

export function isLinkLocal6(bytes: Uint8Array): boolean {
  return liesIn(bytes, LINK_LOCAL);
}

/** FNV-1a over the id, twice with different beginnings: five bytes behind a locally administered first one. */
function macOf(id: string): Uint8Array {
  const hash = (start: number): number => {
    let value = start;
    for (let at = 0; at < id.length; at++) value = Math.imul(value ^ id.charCodeAt(at), 0x0100_0193);
    return value >>> 0;
  };
  const low = hash(0x811c_9dc5);
  return Uint8Array.of(0x0a, hash(0x2f0b_4c47) & 0xff, low >>> 24, (low >>> 16) & 0xff, (low >>> 8) & 0xff, low & 0xff);
}

function firstOf({ bytes }: Prefix): Uint8Array {
  const first = bytes.slice();
  const last = first.length - 1;
  first[last] = (first[last] ?? 0) + 1;
  return first;
}

function linkLocalOf(mac: Uint8Array): Uint8Array {
  const [first = 0, second = 0, third = 0, ...rest] = mac;
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, first ^ 2, second, third, 0xff, 0xfe, ...rest);
}
