import { Cable, CircleStop, type LucideIcon, Unplug } from 'lucide-react';
import { DEFAULT_NETWORK, type NetworkView } from '../../src-core/contract/networks.ts';
import { cardKey } from '../state/inventory.ts';

export type GuestOnNetwork = NetworkView['guests'][number];
export type ContainerOnNetwork = NonNullable<NetworkView['containers']>[number];
/** up: frames go through. pulled: the cable is not in. off: the machine does not run. */
export type LinkState = 'up' | 'pulled' | 'off';

export function linkState(running: boolean, connected: boolean): LinkState {
  if (!connected) return 'pulled';
  return running ? 'up' : 'off';
}

export const LINK_LOOKS: Record<
  LinkState,
  { readonly word: string; readonly tone: string; readonly icon: LucideIcon }
> = {
  up: { word: 'Connected', tone: 'running', icon: Cable },
  pulled: { word: 'Cable pulled', tone: 'paused', icon: Unplug },
  off: { word: 'Machine is off', tone: 'stopped', icon: CircleStop },
};

/** What other guests of the network find it by. */
export function guestName(machineName: string): string {
  return `${machineName.toLowerCase()}.inn`;
}

export function guestKey({ machine, card }: GuestOnNetwork): string {
  return cardKey(machine, card.slot);
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** By name, so that nobody's place changes as machines start and stop. */
export function sortedGuests({ guests }: NetworkView): readonly GuestOnNetwork[] {
  return guests.toSorted((a, b) => collator.compare(a.machineName, b.machineName) || a.card.slot - b.card.slot);
}

export function sortedContainers({ containers = [] }: NetworkView): readonly ContainerOnNetwork[] {
  return containers.toSorted((a, b) => collator.compare(a.name, b.name));
}

/** Cards of machines, and containers. */
export function guestCount({ guests, containers = [] }: NetworkView): number {
  return guests.length + containers.length;
}

export function isDefault({ name }: Pick<NetworkView, 'name'>): boolean {
  return name === DEFAULT_NETWORK;
}

/** The default network first, then by name. */
export function sortedNetworks(networks: Readonly<Record<string, NetworkView>>): readonly NetworkView[] {
  const place = (network: NetworkView) => (isDefault(network) ? 0 : 1);
  return Object.values(networks).sort((a, b) => place(a) - place(b) || collator.compare(a.name, b.name));
}
