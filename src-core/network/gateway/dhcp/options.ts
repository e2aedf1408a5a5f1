import type { Subnet } from '../../network-runner.ts';
import { parseAddress } from '../address-text.ts';
import type { Address } from '../guest-link.ts';

/** RFC 2132, RFC 3397 (search). */
export const OPTION = {
  pad: 0,
  mask: 1,
  router: 3,
  nameServer: 6,
  hostName: 12,
  domain: 15,
  mtu: 26,
  broadcast: 28,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverId: 54,
  parameterList: 55,
  message: 56,
  renewalTime: 58,
  rebindingTime: 59,
  clientId: 61,
  search: 119,
  end: 255,
} as const;

/** What guests append to names without a dot: NAME.inn. */
const DOMAIN = 'inn';

export interface NetworkParameters {
  readonly subnet: Subnet;
  readonly gateway: Address;
  /** Bytes of the longest IP packet. */
  readonly mtu: number;
  /** No way out. */
  readonly internal: boolean;
}

/** Parameters of one client, by code. @param hostName what its guest is called here, null for an unknown one */
export function parametersFor(network: NetworkParameters, hostName: string | null): Map<number, Uint8Array> {
  const gateway = parseAddress(network.gateway) ?? new Uint8Array(4);
  const mask = maskOf(network.subnet.length);
  const parameters = new Map<number, Uint8Array>([
    [OPTION.mask, mask],
    [OPTION.nameServer, gateway],
    [OPTION.domain, ascii(DOMAIN)],
    [OPTION.mtu, Uint8Array.of(network.mtu >> 8, network.mtu & 0xff)],
    [OPTION.broadcast, gateway.map((byte, at) => byte | (~(mask[at] ?? 0) & 0xff))],
    [OPTION.search, Uint8Array.of(DOMAIN.length, ...ascii(DOMAIN), 0)],
  ]);
  // Without a router a guest knows at once that there is no way out, instead of waiting for answers.
  if (!network.internal) parameters.set(OPTION.router, gateway);
  if (hostName !== null) parameters.set(OPTION.hostName, ascii(hostName));
  return parameters;
}

/** Those that the client asked for, in its order (RFC 2132 §9.8), and the mask; all when it did not say. */
export function requestedOf(
  parameters: ReadonlyMap<number, Uint8Array>,
  list: Uint8Array | undefined,
): (readonly [number, Uint8Array])[] {
  if (list === undefined) return [...parameters];
  // RFC 2132 §3.5: the mask comes before the router.
  return [...new Set([OPTION.mask, ...list])].flatMap((code) => {
    const value = parameters.get(code);
    return value === undefined ? [] : [[code, value] as const];
  });
}

/** @returns renewal after half and rebinding after seven eighths of it, RFC 2131 §4.4.5 */
export function leaseTimes(seconds: number): (readonly [number, Uint8Array])[] {
  return [
    [OPTION.leaseTime, uint32(seconds)],
    [OPTION.renewalTime, uint32(Math.floor(seconds / 2))],
    [OPTION.rebindingTime, uint32(Math.floor((seconds * 7) / 8))],
  ];
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function maskOf(length: number): Uint8Array {
  return uint32(length === 0 ? 0 : (-1 << (32 - length)) >>> 0);
}
