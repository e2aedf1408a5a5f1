import { AppError } from '../../base/errors.ts';
import { MOST_CARDS } from '../../contract/networks.ts';
import type { Card } from '../../contract/networks.ts';
import type { CardIdentity } from '../../guest/protocol.ts';
import { pciAddress, PCI_SLOT } from '../../machine/board/pci-slots.ts';
import type { Networks } from '../../network/networks.ts';
import type { RunCardSpec } from '../runner.ts';

/** A card as a run begins with it: the cable is put in when its guest is ready for that. */
export function runCardOf({ slot, mac }: Card): RunCardSpec {
  return { slot, mac, cable: null };
}

/** How Linux names a card's place: "0000:00:1c.0". */
export function pciAddressOf({ slot }: Pick<Card, 'slot'>): string {
  return pciAddress(PCI_SLOT.cards + slot);
}

export function cardIdentityOf(card: Card): CardIdentity {
  return { pci: pciAddressOf(card), mac: card.mac };
}

/**
 * Cards of a new machine, one on each network, with addresses of their own.
 * @param references names or ids; undefined for the default network
 * @throws AppError 'not-found', 'no-room'
 */
export function newCards(references: readonly string[], networks: Networks, doing: string): Card[] {
  const found = references.map((reference) => networks.get(reference, doing));
  return found.map(({ id }, slot) => newCard({ slot, network: id, connected: true }, networks, doing));
}

/**
 * The same cards for another machine: the same slots and networks, addresses of their own.
 * @throws AppError 'no-room'
 */
export function cardsOfCopy(cards: readonly Card[], networks: Networks, doing: string): Card[] {
  return cards.map((card) => newCard(card, networks, doing));
}

/** One more card. @throws AppError 'no-room', 'already-exists' */
export function oneMoreCard(
  before: readonly Card[],
  { network, mac }: { readonly network: string; readonly mac?: string | undefined },
  networks: Networks,
  doing: string,
): Card {
  const slot = freeSlot(before, doing);
  if (mac === undefined) return newCard({ slot, network, connected: true }, networks, doing);
  networks.leases.check(mac, doing);
  networks.leases.give(network, mac, doing);
  return { slot, mac, network, connected: true };
}

/** @throws AppError 'not-found' that says which there are */
export function cardIn(cards: readonly Card[], slot: number, doing: string): Card {
  const card = cards.find((each) => each.slot === slot);
  if (card) return card;
  const slots = cards.map((each) => each.slot).join(', ');
  const hint = slots === '' ? 'It has no network cards.' : `It has ${slots}.`;
  throw new AppError({ code: 'not-found', doing, because: `it has no network card ${slot}`, hint });
}

/**
 * The cards of a machine that goes back to a moment: what was in its memory then knows those slots and addresses, but
 * what each is connected to is as it is now.
 */
export function cardsPutBack(then: readonly Card[], now: readonly Card[]): Card[] {
  return then.map((card) => {
    const present = now.find(({ slot }) => slot === card.slot);
    return present ? { ...card, network: present.network, connected: present.connected } : card;
  });
}

function newCard(card: Omit<Card, 'mac'>, networks: Networks, doing: string): Card {
  const mac = networks.leases.newMac();
  networks.leases.give(card.network, mac, doing);
  return { slot: card.slot, mac, network: card.network, connected: card.connected };
}

function freeSlot(cards: readonly Card[], doing: string): number {
  for (let slot = 0; slot < MOST_CARDS; slot++) {
    if (!cards.some((card) => card.slot === slot)) return slot;
  }
  throw new AppError({ code: 'no-room', doing, because: `it has ${MOST_CARDS} network cards, which is the most` });
}
