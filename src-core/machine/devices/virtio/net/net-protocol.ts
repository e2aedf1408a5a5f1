import { CAN } from '../../../../host/frame-port.ts';

/** virtio 1.3 §5.1.3 "Feature bits". */
export const FEATURE = {
  checksum: 1 << 0,
  guestChecksum: 1 << 1,
  mtu: 1 << 3,
  mac: 1 << 5,
  guestTcp4: 1 << 7,
  guestTcp6: 1 << 8,
  guestEcn: 1 << 9,
  hostTcp4: 1 << 11,
  hostTcp6: 1 << 12,
  hostEcn: 1 << 13,
  mergeBuffers: 1 << 15,
  status: 1 << 16,
  control: 1 << 17,
  controlReceiving: 1 << 18,
  announce: 1 << 21,
} as const;

/** §5.1.2 "Virtqueues". */
export const QUEUE = { receive: 0, transmit: 1, control: 2 } as const;

/** §5.1.4 "Device configuration layout". */
export const CONFIG = { mac: 0, status: 6, mtu: 10, bytes: 12 } as const;
export const LINK = { up: 1, announce: 2 } as const;

/** §5.1.6.5 "Control Virtqueue": classes, their commands, and answers. */
export const CONTROL = { receiving: 0, macFilter: 1, announce: 3 } as const;
export const MAC_TABLE_SET = 0;
export const ANNOUNCE_ACKNOWLEDGE = 0;
export const ACK = { ok: 0, error: 1 } as const;

/** A guest cannot set a larger one: what is longer comes to be segmented. */
export const MTU_BYTES = 1500;
export const ETHERNET_HEADER_BYTES = 14;
/** A packet of the MTU with its Ethernet header and a VLAN tag. */
export const LONGEST_COMPLETE_FRAME_BYTES = MTU_BYTES + ETHERNET_HEADER_BYTES + 4;

/** §5.1.3.1 "Feature bit requirements": what a driver accepts is of use only together with what it depends on. */
export function takenUnfinished(features: number): number {
  const has = (bit: number): boolean => (features & bit) !== 0;
  if (!has(FEATURE.guestChecksum)) return 0;
  const segments = (has(FEATURE.guestTcp4) ? CAN.tcp4 : 0) | (has(FEATURE.guestTcp6) ? CAN.tcp6 : 0);
  return CAN.checksum | segments | (segments !== 0 && has(FEATURE.guestEcn) ? CAN.ecn : 0);
}

/** What a driver may leave to the device, as bits of `CAN`. */
export function givenUnfinished(features: number): number {
  const has = (bit: number): boolean => (features & bit) !== 0;
  if (!has(FEATURE.checksum)) return 0;
  const segments = (has(FEATURE.hostTcp4) ? CAN.tcp4 : 0) | (has(FEATURE.hostTcp6) ? CAN.tcp6 : 0);
  return CAN.checksum | segments | (segments !== 0 && has(FEATURE.hostEcn) ? CAN.ecn : 0);
}
