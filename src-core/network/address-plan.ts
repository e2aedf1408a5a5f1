import { AppError } from '../base/errors.ts';
import type { Random } from '../host/clock.ts';
import type { NetworkDocument } from './network-document.ts';
import type { Subnet } from './network-runner.ts';
import { addressIn, guestNumbers, ip4Number, overlap, parseNetwork, refusalOf, subnetText } from './subnet.ts';

/** A network that must not be covered: guests would reach neither it nor, through it, anything else. */
export interface TakenSubnet {
  readonly subnet: Subnet;
  /** "network lab", "this computer's own network". */
  readonly holder: string;
}

/** The subnet that somebody asked for. @throws AppError 'invalid-input', 'already-exists' with which has it */
export function checkSubnet(wanted: string, taken: readonly TakenSubnet[], doing: string): string {
  const refusal = refusalOf(wanted);
  const subnet = parseNetwork(wanted);
  if (refusal !== null || !subnet) {
    const because = refusal ?? `${wanted} is no subnet`;
    throw new AppError({ code: 'invalid-input', doing, because, hint: 'Write one as 10.86.0.0/24.' });
  }
  const other = taken.find((each) => overlap(each.subnet, subnet));
  if (!other) return wanted;
  const text = subnetText(other.subnet);
  throw new AppError({
    code: 'already-exists',
    doing,
    because: `${wanted} overlaps with ${text}, which ${other.holder} has`,
    hint: 'Choose another subnet, or leave it out: then a free one is taken.',
    data: { subnet: text, holder: other.holder },
  });
}

/** A subnet that nobody here has. @throws AppError 'no-room' */
export function freeSubnet(taken: readonly TakenSubnet[], doing: string): string {
  for (const block of ['10.86', '10.87', '172.29', '192.168']) {
    for (let third = 0; third < 256; third++) {
      const subnet = { address: `${block}.${third}.0`, length: 24 };
      if (!taken.some((each) => overlap(each.subnet, subnet))) return subnetText(subnet);
    }
  }
  throw new AppError({ code: 'no-room', doing, because: 'all subnets that are tried are in use', hint: 'Name one.' });
}

/** A /64 of unique local addresses with a random global ID, RFC 4193 §3.2. */
export function randomSubnet6(random: Random): string {
  const bytes = new Uint8Array(7);
  random(bytes);
  const groups = [0xfd00 | at(bytes, 0), pair(bytes, 1), pair(bytes, 3), pair(bytes, 5)];
  // As RFC 5952 has it, the zeros at the end would swallow a zero before them: so there is none.
  return `${groups.map((group) => (group === 0 ? 1 : group).toString(16)).join(':')}::/64`;
}

/** The lowest address that nobody has. @throws AppError 'no-room' */
export function freeAddress({ name, subnet, leases }: NetworkDocument, doing: string): string {
  const parsed = parseNetwork(subnet);
  const taken = new Set(leases.map(({ address }) => ip4Number(address)));
  if (parsed) {
    const { first, last } = guestNumbers(parsed);
    for (let number = first; number <= last; number++) {
      const address = addressIn(parsed, number);
      if (!taken.has(ip4Number(address))) return address;
    }
  }
  throw new AppError({
    code: 'no-room',
    doing,
    because: `all ${leases.length} addresses of network ${name} (${subnet}) are given away`,
    hint: 'Delete machines for good that are not needed, or make another network with a larger subnet.',
  });
}

/** A network card's own address: QEMU's prefix, locally administered. */
export function randomMac(random: Random): string {
  const bytes = new Uint8Array(3);
  random(bytes);
  return `52:54:00:${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function pair(bytes: Uint8Array, index: number): number {
  return (at(bytes, index) << 8) | at(bytes, index + 1);
}
