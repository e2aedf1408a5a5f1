import { read16 } from './fields.ts';

export const ETHERNET_BYTES = 14;
export const VLAN_TAG_BYTES = 4;
export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const;

/** IEEE 802.3 §3.2, with at most one tag of IEEE 802.1Q. */
export interface EthernetHeader {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  /** Of what the frame carries, behind the tag. */
  readonly type: number;
  /** Identifier of the virtual LAN; null without a tag. */
  readonly vlan: number | null;
  readonly payloadAt: number;
}

export function parseEthernet(frame: Uint8Array): EthernetHeader | null {
  if (frame.length < ETHERNET_BYTES) return null;
  const [destination, source] = [frame.subarray(0, 6), frame.subarray(6, 12)];
  const type = read16(frame, 12);
  if (type !== ETHER_TYPE.vlan) return { destination, source, type, vlan: null, payloadAt: ETHERNET_BYTES };
  const payloadAt = ETHERNET_BYTES + VLAN_TAG_BYTES;
  if (frame.length < payloadAt) return null;
  return { destination, source, type: read16(frame, 16), vlan: read16(frame, 14) & 0xfff, payloadAt };
}
