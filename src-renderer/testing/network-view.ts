import type { CardView, NetworkView } from '../../src-core/contract/networks.ts';

/** A network without guests, with what a test wants otherwise. */
export function networkView(id: string, change: Partial<NetworkView> = {}): NetworkView {
  return {
    id,
    name: id,
    subnet: '10.86.0.0/24',
    gateway: '10.86.0.1',
    subnet6: 'fd4b:8c1e:77a2:1::/64',
    gateway6: 'fd4b:8c1e:77a2:1::1',
    internal: false,
    reachesHost: false,
    conditions: { delayMs: 0, lossPercent: 0, bitsPerSecond: null },
    createdAt: 0,
    guests: [],
    flows: null,
    ...change,
  };
}

/** A card with its cable in, of a machine that does not run. */
export function cardView(slot: number, network: string, change: Partial<CardView> = {}): CardView {
  return {
    slot,
    mac: `52:54:00:00:00:${slot.toString(16).padStart(2, '0')}`,
    network,
    connected: true,
    networkName: network,
    address: null,
    traffic: null,
    ...change,
  };
}
