import type { Subnet } from './network-runner.ts';

/** RFC 1918. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const SHORTEST = 16;
const LONGEST = 29;

/** @returns the address as a number of 32 bits; null when it is none */
export function ip4Number(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = value * 256 + Number(part);
  }
  return value;
}

export function ip4Text(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

export function subnetText({ address, length }: Subnet): string {
  return `${address}/${length}`;
}

/** Any network, however large: "192.168.1.7/24" is 192.168.1.0/24. @returns null when it is none */
export function parseNetwork(text: string): Subnet | null {
  const [address = '', length = '', more] = text.split('/');
  const value = ip4Number(address);
  if (value === null || more !== undefined || !/^\d{1,2}$/.test(length) || Number(length) > 32) return null;
  return { address: ip4Text(first(value, Number(length))), length: Number(length) };
}

/** @returns why a network of guests cannot have this subnet; null when it can */
export function refusalOf(text: string): string | null {
  const subnet = parseNetwork(text);
  if (!subnet) return `${text} is no subnet`;
  if (subnetText(subnet) !== text) return `${text} is an address within ${subnetText(subnet)}`;
  if (subnet.length < SHORTEST || subnet.length > LONGEST) return `a subnet has ${SHORTEST} to ${LONGEST} bits`;
  const isPrivate = PRIVATE.some((range) => contains(parseNetwork(range), subnet));
  return isPrivate ? null : `${text} is not for private use; that are ${PRIVATE.join(', ')}`;
}

export function overlap(one: Subnet, other: Subnet): boolean {
  return contains(one, other) || contains(other, one);
}

/** The address with this number in the subnet; 1 is the gateway. */
export function addressIn(subnet: Subnet, number: number): string {
  return ip4Text((ip4Number(subnet.address) ?? 0) + number);
}

/** Numbers of the addresses that guests may have: the network, its gateway and the broadcast have one each. */
export function guestNumbers({ length }: Subnet): { readonly first: number; readonly last: number } {
  return { first: 2, last: 2 ** (32 - length) - 2 };
}

export function parseSubnet6(text: string): Subnet {
  const [address = '', length = '64'] = text.split('/');
  return { address, length: Number(length) };
}

/** ::1 of it. */
export function gateway6Of({ address }: Subnet): string {
  return `${address}1`;
}

function contains(outer: Subnet | null, inner: Subnet): boolean {
  const value = ip4Number(inner.address);
  if (!outer || value === null || inner.length < outer.length) return false;
  return ip4Text(first(value, outer.length)) === outer.address;
}

function first(value: number, length: number): number {
  const size = 2 ** (32 - length);
  return Math.floor(value / size) * size;
}
