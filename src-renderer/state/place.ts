import { useSyncExternalStore } from 'react';
import {
  type ContainerImageTab,
  type ContainerPlace,
  containerPlaceParts,
  type ContainerTab,
  parseContainerPlace,
} from './container-places.ts';

/**
 * Where in the window one is, kept in the address after `#`: a reload comes back to the same place, and the browser's
 * own back and forward work.
 */
export const MACHINE_TABS = ['summary', 'console', 'hardware', 'network', 'snapshots', 'inspect'] as const;
export type MachineTab = (typeof MACHINE_TABS)[number];

export const NETWORK_TABS = ['overview', 'guests', 'forwards', 'conditions', 'packets', 'settings'] as const;
export type NetworkTab = (typeof NETWORK_TABS)[number];

export type Place =
  | { readonly page: 'machines'; readonly machine: string | null; readonly tab: MachineTab }
  | { readonly page: 'new-machine'; readonly image: string | null }
  | { readonly page: 'images' }
  | { readonly page: 'networks'; readonly network: string | null; readonly tab: NetworkTab }
  | { readonly page: 'host' }
  | { readonly page: 'settings' }
  | ContainerPlace;

/** The choice of the "From files" card, beside the images' names (which never hold an underscore). */
export const FROM_FILES = '_files';

function isMachineTab(text: string | undefined): text is MachineTab {
  return MACHINE_TABS.some((tab) => tab === text);
}

function isNetworkTab(text: string | undefined): text is NetworkTab {
  return NETWORK_TABS.some((tab) => tab === text);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parsePlace(hash: string): Place {
  const [page, first, second] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  switch (page) {
    case 'new':
      return { page: 'new-machine', image: first || null };
    case 'networks':
      return { page, network: first || null, tab: isNetworkTab(second) ? second : 'overview' };
    case 'images':
    case 'host':
    case 'settings':
      return { page };
    default:
      return parseContainerPlace(page, first, second) ?? machinesPlace(first, second);
  }
}

function machinesPlace(first: string | undefined, second: string | undefined): Place {
  return { page: 'machines', machine: first || null, tab: isMachineTab(second) ? second : 'summary' };
}

export function placeHash(place: Place): string {
  const path = (...parts: readonly (string | null)[]) =>
    `#/${parts
      .filter((part) => part !== null)
      .map((part) => encodeURIComponent(part))
      .join('/')}`;
  switch (place.page) {
    case 'machines':
      return place.machine === null ? path('machines') : path('machines', place.machine, place.tab);
    case 'networks':
      return place.network === null ? path('networks') : path('networks', place.network, place.tab);
    case 'new-machine':
      return path('new', place.image);
    case 'images':
    case 'host':
    case 'settings':
      return path(place.page);
    default:
      return path(...containerPlaceParts(place));
  }
}

export function go(place: Place): void {
  const hash = placeHash(place);
  if (hash !== window.location.hash) window.location.hash = hash;
}

export function goToMachine(machine: string | null, tab: MachineTab = 'summary'): void {
  go({ page: 'machines', machine, tab });
}

export function goToNetwork(network: string | null, tab: NetworkTab = 'overview'): void {
  go({ page: 'networks', network, tab });
}

export function goToContainer(container: string | null, tab: ContainerTab = 'summary'): void {
  go({ page: 'containers', container, tab });
}

export function goToContainerImage(image: string | null, tab: ContainerImageTab = 'overview'): void {
  go({ page: 'container-images', image, tab });
}

let known: { hash: string; place: Place } | null = null;

/** The same object as long as the address is the same, as React asks of a snapshot. */
export function currentPlace(): Place {
  const { hash } = window.location;
  if (known?.hash !== hash) known = { hash, place: parsePlace(hash) };
  return known.place;
}

function onHashChange(handler: () => void): () => void {
  window.addEventListener('hashchange', handler);
  return () => window.removeEventListener('hashchange', handler);
}

export function usePlace(): Place {
  return useSyncExternalStore(onHashChange, currentPlace);
}
