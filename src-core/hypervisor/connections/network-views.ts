import type { Failure } from '../../contract/failures.ts';
import type { NetworkView } from '../../contract/networks.ts';
import type { NetworkDocument } from '../../network/network-document.ts';
import type { NetworkState } from '../../network/network-runner.ts';
import { addressIn, gateway6Of, parseNetwork, parseSubnet6 } from '../../network/subnet.ts';
import { isOn } from '../farewell.ts';
import type { Machine } from '../life/machine.ts';

type GuestOnNetwork = NetworkView['guests'][number];

/** @param state what goes on now; null while none of its machines runs */
export function viewOfNetwork(
  network: NetworkDocument,
  machines: readonly Machine[],
  state: NetworkState | null,
  containers: NonNullable<NetworkView['containers']> = [],
): NetworkView {
  const { id, name, subnet, subnet6, internal, reachesHost, conditions, createdAt } = network;
  const parsed = parseNetwork(subnet) ?? { address: subnet, length: 0 };
  const seen = new Map(state?.addresses.map(({ card, addresses }) => [card, addresses]));
  const guests = machines.flatMap((machine) => (machine.isNode ? [] : guestsOf(machine, id, seen)));
  return {
    ...{ id, name, subnet, subnet6, internal, reachesHost, conditions, createdAt },
    gateway: addressIn(parsed, 1),
    gateway6: gateway6Of(parseSubnet6(subnet6)),
    guests: guests.sort((a, b) => a.machineName.localeCompare(b.machineName) || a.card.slot - b.card.slot),
    containers: [...containers],
    flows: state ? { ...state.flows } : null,
    failure: state?.failure === undefined ? null : failureOf(name, state.failure),
  };
}

function failureOf(name: string, because: string): Failure {
  const hint =
    'This is a defect of Innkeeper; the log has the details. Stop all machines on it, then start them again.';
  return { code: 'internal', doing: `run network ${name}`, because, hint };
}

function guestsOf(machine: Machine, network: string, seen: ReadonlyMap<string, readonly string[]>): GuestOnNetwork[] {
  const { cards, forwards } = machine.connections.views();
  // Ports lead to the first card that is connected.
  const first = cards.filter(({ connected }) => connected).sort((a, b) => a.slot - b.slot)[0];
  return cards
    .filter((card) => card.network === network)
    .map((card) => ({
      machine: machine.id,
      machineName: machine.name,
      running: isOn(machine),
      card,
      seenAddresses: [...(seen.get(cardKey(machine.id, card.slot)) ?? [])],
      forwards: card.slot === first?.slot ? forwards : [],
    }));
}

/** How the networks' thread knows a card. */
export function cardKey(machine: string, slot: number): string {
  return `${machine}:${slot}`;
}
