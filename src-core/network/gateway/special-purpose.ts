import { liesIn, prefixOf } from './prefix.ts';

/**
 * The IANA registries of special-purpose addresses (RFC 6890, RFC 8190), as far as they differ from plain addresses here.
 * The longest prefix decides. What a NAT passes on as to any other place: private networks (RFC 1918, RFC 4193), shared
 * space of carriers (RFC 6598), benchmarking space (RFC 2544), which programs for tunnels hand out to this computer, and the
 * addresses of documentation, which laboratories build networks of: nothing of this computer is behind any of them.
 */
type Judgement = 'ordinary' | 'prohibited';

const IPV4: readonly (readonly [string, Judgement])[] = [
  ['0.0.0.0/8', 'prohibited'], // "this network", RFC 791 §3.2: Linux takes 0.0.0.0 for the loopback
  ['127.0.0.0/8', 'prohibited'], // loopback, RFC 1122 §3.2.1.3
  ['169.254.0.0/16', 'prohibited'], // link-local, RFC 3927: clouds tell secrets there
  ['192.0.0.0/24', 'prohibited'], // protocol assignments, RFC 6890: PCP opens ports of this computer's router
  ['192.0.2.0/24', 'ordinary'], // documentation, RFC 5737
  ['192.88.99.0/24', 'prohibited'], // 6to4 relays, deprecated, RFC 7526
  ['198.51.100.0/24', 'ordinary'], // documentation, RFC 5737
  ['203.0.113.0/24', 'ordinary'], // documentation, RFC 5737
  ['224.0.0.0/4', 'prohibited'], // multicast, RFC 1112 §4
  ['240.0.0.0/4', 'prohibited'], // reserved, RFC 1112 §4; limited broadcast, RFC 919
];

/** Everything is prohibited but what is known to be a place (RFC 4291 §2.4): what IANA assigns later is left out too. */
const IPV6: readonly (readonly [string, Judgement])[] = [
  ['::/0', 'prohibited'], // unspecified, loopback, IPv4-mapped, -compatible and -translated, discard-only, link- and site-local, multicast, SRv6
  ['64:ff9b::/96', 'ordinary'], // NAT64, RFC 6052: as the embedded address
  ['2000::/3', 'ordinary'], // global unicast
  ['2001::/23', 'prohibited'], // protocol assignments, RFC 2928, with PCP, TURN and DNS-SD of this computer's own network
  ['2001::/32', 'ordinary'], // Teredo, RFC 4380: as the embedded addresses
  ['2001:2::/48', 'ordinary'], // benchmarking, RFC 5180
  ['2001:3::/32', 'ordinary'], // AMT, RFC 7450
  ['2001:4:112::/48', 'ordinary'], // AS112, RFC 7535
  ['2001:20::/28', 'ordinary'], // ORCHIDv2, RFC 7343
  ['2001:30::/28', 'ordinary'], // DRIP, RFC 9374
  ['2001:db8::/32', 'ordinary'], // documentation, RFC 3849
  ['3fff::/20', 'ordinary'], // documentation, RFC 9637
  ['fc00::/7', 'ordinary'], // unique local, RFC 4193
];

type Table = readonly { readonly prefix: ReturnType<typeof prefixOf>; readonly judgement: Judgement }[];

const table = (rows: readonly (readonly [string, Judgement])[]): Table =>
  rows.map(([text, judgement]) => ({ prefix: prefixOf(text), judgement }));
const IPV4_TABLE = table(IPV4);
const IPV6_TABLE = table(IPV6);

/** @param address 4 bytes */
export function specialIpv4(address: Uint8Array): Judgement {
  return longest(IPV4_TABLE, address);
}

/** @param address 16 bytes. What it embeds is to be judged as well */
export function specialIpv6(address: Uint8Array): Judgement {
  return longest(IPV6_TABLE, address);
}

function longest(rows: Table, address: Uint8Array): Judgement {
  let best = { length: -1, judgement: 'ordinary' as Judgement };
  for (const { prefix, judgement } of rows) {
    if (prefix.length > best.length && liesIn(address, prefix)) best = { length: prefix.length, judgement };
  }
  return best.judgement;
}

const NAT64 = prefixOf('64:ff9b::/96');
const SIX_TO_FOUR = prefixOf('2002::/16');
const TEREDO = prefixOf('2001::/32');

/** IPv4 addresses that a packet to there may end at: a translator or tunnel takes them out of the IPv6 address. */
export function embeddedIpv4(address: Uint8Array): readonly Uint8Array[] {
  if (liesIn(address, NAT64)) return [address.slice(12)];
  if (liesIn(address, SIX_TO_FOUR)) return [address.slice(2, 6)];
  // RFC 4380 §4: the server, and the client's inverted.
  if (liesIn(address, TEREDO)) return [address.slice(4, 8), address.slice(12).map((byte) => byte ^ 0xff)];
  return [];
}
