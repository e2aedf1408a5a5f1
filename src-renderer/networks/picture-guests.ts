import type { ContainerStats } from '../../src-core/contract/containers.ts';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import type { CardSample, Inventory } from '../state/inventory.ts';
import {
  type ContainerOnNetwork,
  guestKey,
  type LinkState,
  linkState,
  sortedContainers,
  sortedGuests,
} from './links.ts';
import { NO_TRAFFIC, type Rate, rateOf } from './traffic.ts';

/** Who has a line to the switch, in the picture: a machine's card or a container. */
export interface PictureGuest {
  readonly key: string;
  readonly kind: 'machine' | 'container';
  readonly name: string;
  readonly address: string | null;
  readonly state: LinkState;
  readonly rate: Rate;
}

type Histories = Pick<Inventory, 'cardHistory' | 'containerHistory'>;

/** What a container has sent and received, as a card's counters. */
export function networkCounters(samples: readonly ContainerStats[] | undefined): readonly CardSample[] {
  return (samples ?? []).map(({ takenAt, networkSentBytes, networkReceivedBytes }) => ({
    at: takenAt,
    sentBytes: networkSentBytes,
    receivedBytes: networkReceivedBytes,
  }));
}

export function containerRate({ id, running }: ContainerOnNetwork, histories: Histories, now: number): Rate {
  return running ? rateOf(networkCounters(histories.containerHistory[id]), now) : NO_TRAFFIC;
}

/** Machines first, then containers, each by name. @param now in milliseconds since 1970 */
export function pictureGuests(network: NetworkView, histories: Histories, now: number): readonly PictureGuest[] {
  const machines = sortedGuests(network).map((guest): PictureGuest => {
    const key = guestKey(guest);
    const state = linkState(guest.running, guest.card.connected);
    const rate = state === 'up' ? rateOf(histories.cardHistory[key], now) : NO_TRAFFIC;
    return { key, kind: 'machine', name: guest.machineName, address: guest.card.address, state, rate };
  });
  const containers = sortedContainers(network).map((container): PictureGuest => ({
    key: container.id,
    kind: 'container',
    name: container.name,
    address: container.address === '' ? null : container.address,
    state: linkState(container.running, true),
    rate: containerRate(container, histories, now),
  }));
  return [...machines, ...containers];
}
