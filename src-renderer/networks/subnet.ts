import { subnetSchema } from '../../src-core/contract/networks.ts';

/** RFC 1918, as [first address, prefix length]. */
const PRIVATE: readonly (readonly [number, number])[] = [
  [0x0a00_0000, 8],
  [0xac10_0000, 12],
  [0xc0a8_0000, 16],
];
const LEAST_LENGTH = 16;
const MOST_LENGTH = 29;

const maskOf = (length: number) => (0xffff_ffff << (32 - length)) >>> 0;

function written(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** What is wrong with a subnet as it is typed. @returns undefined when nothing is, also when it is left to be chosen */
export function subnetProblem(text: string, networks: readonly { name: string; subnet: string }[]): string | undefined {
  const subnet = text.trim();
  if (subnet === '') return undefined;
  const parsed = parseSubnet(subnet);
  if (parsed === null) return subnetSchema.safeParse(subnet).error?.issues[0]?.message ?? 'A part is 0 to 255';
  const { address, length } = parsed;
  if (length < LEAST_LENGTH || length > MOST_LENGTH) return `A network has ${LEAST_LENGTH} to ${MOST_LENGTH} bits`;
  const first = (address & maskOf(length)) >>> 0;
  if (first !== address) return `The network of this address is ${written(first)}/${length}`;
  if (!PRIVATE.some(([base, bits]) => (address & maskOf(bits)) >>> 0 === base)) {
    return 'Only private networks: in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16';
  }
  const other = networks.find((known) => overlap(parsed, parseSubnet(known.subnet)));
  return other && `Network ${other.name} has ${other.subnet}`;
}

interface Subnet {
  readonly address: number;
  readonly length: number;
}

function parseSubnet(text: string): Subnet | null {
  if (!subnetSchema.safeParse(text).success) return null;
  const [address = '', length = ''] = text.split('/');
  const parts = address.split('.').map(Number);
  if (parts.some((part) => part > 255)) return null;
  return { address: parts.reduce((sum, part) => sum * 256 + part, 0), length: Number(length) };
}

function overlap(one: Subnet, other: Subnet | null): boolean {
  if (other === null) return false;
  const mask = maskOf(Math.min(one.length, other.length));
  return (one.address & mask) >>> 0 === (other.address & mask) >>> 0;
}
