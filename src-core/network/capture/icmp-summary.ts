import { formatAddress, formatMac } from '../gateway/address-text.ts';
import { read16 } from '../wire-format/fields.ts';
import type { IcmpHeader } from '../wire-format/icmp.ts';
import type { IpHeader } from '../wire-format/ip.ts';
import type { Said } from './said.ts';

/** RFC 792. */
const ICMP_NAMES = new Map([
  [0, 'echo reply'],
  [3, 'destination unreachable'],
  [5, 'redirect'],
  [8, 'echo request'],
  [11, 'time exceeded'],
]);
const ICMP_ECHOES = [0, 8];
/** RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1. */
const UNREACHABLE = new Map([
  [0, 'network'],
  [1, 'host'],
  [2, 'protocol'],
  [3, 'port'],
  [4, 'fragmentation needed'],
  [9, 'network prohibited'],
  [10, 'host prohibited'],
  [13, 'prohibited'],
]);

/** RFC 4443, RFC 4861 §4, RFC 3810, RFC 2710. */
const ICMP6_NAMES = new Map([
  [1, 'destination unreachable'],
  [2, 'packet too big'],
  [3, 'time exceeded'],
  [4, 'parameter problem'],
  [128, 'echo request'],
  [129, 'echo reply'],
  [130, 'multicast listener query'],
  [131, 'multicast listener report'],
  [132, 'multicast listener done'],
  [133, 'router solicitation'],
  [134, 'router advertisement'],
  [135, 'neighbour solicitation'],
  [136, 'neighbour advertisement'],
  [143, 'multicast listener report'],
]);
const ICMP6_ECHOES = [128, 129];
const NEIGHBOUR_MESSAGES = [135, 136];
const ROUTER_ADVERTISEMENT = 134;
const UNREACHABLE6 = new Map([
  [0, 'no route'],
  [1, 'prohibited'],
  [3, 'address'],
  [4, 'port'],
]);

/** NDP options, RFC 4861 §4.6, RFC 8106 §5.1. */
const NDP_OPTION = { sourceMac: 1, targetMac: 2, prefix: 3 } as const;

export function icmpSummary(frame: Uint8Array, { version }: IpHeader, icmp: IcmpHeader): Said {
  return version === 4
    ? { protocol: 'ICMP', info: icmp4(frame, icmp) }
    : { protocol: 'ICMPv6', info: icmp6(frame, icmp) };
}

function icmp4(frame: Uint8Array, icmp: IcmpHeader): string {
  const name = ICMP_NAMES.get(icmp.type) ?? `type ${icmp.type}`;
  if (ICMP_ECHOES.includes(icmp.type)) return `${name} ${echoOf(frame, icmp)}`;
  return icmp.type === 3 ? `${name}: ${UNREACHABLE.get(icmp.code) ?? `code ${icmp.code}`}` : name;
}

function icmp6(frame: Uint8Array, icmp: IcmpHeader): string {
  const name = ICMP6_NAMES.get(icmp.type) ?? `type ${icmp.type}`;
  if (ICMP6_ECHOES.includes(icmp.type)) return `${name} ${echoOf(frame, icmp)}`;
  if (icmp.type === 1) return `${name}: ${UNREACHABLE6.get(icmp.code) ?? `code ${icmp.code}`}`;
  if (icmp.type === ROUTER_ADVERTISEMENT) return `${name} ${optionsFrom(frame, icmp.bodyAt + 8, icmp.end)}`.trimEnd();
  if (!NEIGHBOUR_MESSAGES.includes(icmp.type) || icmp.bodyAt + 16 > icmp.end) return name;
  const target = formatAddress(frame.subarray(icmp.bodyAt, icmp.bodyAt + 16));
  return `${name} for ${target} ${optionsFrom(frame, icmp.bodyAt + 16, icmp.end)}`.trimEnd();
}

function echoOf(frame: Uint8Array, { restAt, bodyAt, end }: IcmpHeader): string {
  return `id ${read16(frame, restAt)} seq ${read16(frame, restAt + 2)} len ${end - bodyAt}`;
}

function optionsFrom(frame: Uint8Array, start: number, end: number): string {
  const texts: string[] = [];
  for (let at = start; at + 8 <= end;) {
    const bytes = (frame[at + 1] ?? 0) * 8;
    if (bytes === 0 || at + bytes > end) break;
    const text = optionText(frame.subarray(at, at + bytes));
    if (text !== null) texts.push(text);
    at += bytes;
  }
  return texts.join(', ');
}

function optionText(option: Uint8Array): string | null {
  const [kind, , length = 0] = option;
  if (kind === NDP_OPTION.sourceMac) return `from ${formatMac(option.subarray(2, 8))}`;
  if (kind === NDP_OPTION.targetMac) return `at ${formatMac(option.subarray(2, 8))}`;
  if (kind !== NDP_OPTION.prefix || option.length !== 32) return null;
  return `prefix ${formatAddress(option.subarray(16, 32))}/${length}`;
}
