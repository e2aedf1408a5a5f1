import { expect, test } from 'vitest';
import type { Card } from '../../contract/networks.ts';
import { snapshotSchema } from '../snapshots/snapshot.ts';
import { machineDefinitionSchema } from '../store/definition.ts';
import { ArrivingCards, type CardPlace } from './arriving-cards.ts';
import type { MachineFile } from './manifest.ts';

const LAB = 'aaaaaaaaaaaaaaaa';
const FORGOTTEN = 'bbbbbbbbbbbbbbbb';
const card = (slot: number, network: string, mac = `52:54:00:00:00:0${slot}`): Card => {
  return { slot, mac, network, connected: true };
};

function fileWith(cards: readonly Card[], before: readonly Card[] = []): MachineFile {
  const hardware = { processors: 1, memoryBytes: 2 ** 28, memoryTarget: null, bootOrder: [], shares: [], disks: [] };
  return {
    definition: machineDefinitionSchema.parse({
      ...{ version: 2, id: '0'.repeat(16), name: 'old', createdAt: 1, source: { kind: 'image', image: 'base' } },
      ...{ processors: 1, memoryBytes: 2 ** 28, disks: [], cards },
    }),
    snapshots: [
      snapshotSchema.parse({
        ...{ version: 1, note: '', createdAt: 2, screen: null, id: '8'.repeat(16), name: 'first' },
        ...{ parent: null, memory: null, hardware: { ...hardware, cards: before } },
      }),
    ],
    ...{ image: null, networks: [{ id: LAB, name: 'lab' }], members: [] },
  };
}

/** Where the network lab has another id, and MACs are counted. */
function place(more: Partial<CardPlace> = {}): CardPlace {
  let made = 0;
  return {
    isCopy: false,
    networkFor: (name) => (name === null ? 'of nobody' : `here ${name}`),
    isMacTaken: () => false,
    newMac: () => `new ${++made}`,
    ...more,
  };
}

test('cards that nobody here has keep their addresses, their places and their cables', () => {
  const pulled = { ...card(1, LAB), connected: false };
  const cards = new ArrivingCards(fileWith([card(0, LAB), pulled]), place());
  expect(cards.areNew).toBe(false);
  expect(cards.here(card(0, LAB))).toEqual({ ...card(0, LAB), network: 'here lab' });
  expect(cards.here(pulled)).toEqual({ ...pulled, network: 'here lab' });
});

test('a card whose network the file does not name asks for the network of nobody', () => {
  const cards = new ArrivingCards(fileWith([card(0, FORGOTTEN)]), place());
  expect(cards.here(card(0, FORGOTTEN)).network).toBe('of nobody');
});

test('all cards of a copy get new addresses, each its own', () => {
  const cards = new ArrivingCards(fileWith([card(0, LAB), card(1, LAB)]), place({ isCopy: true }));
  expect(cards.areNew).toBe(true);
  expect([card(0, LAB), card(1, LAB)].map((each) => cards.here(each).mac)).toEqual(['new 1', 'new 2']);
});

test('a card is the same in all moments of its machine, in whatever slot and network', () => {
  const cards = new ArrivingCards(fileWith([card(0, LAB)], [card(0, LAB)]), place({ isCopy: true }));
  const moved = card(3, FORGOTTEN, card(0, LAB).mac);
  expect([cards.here(card(0, LAB)).mac, cards.here(moved).mac, cards.here(card(1, LAB)).mac]).toEqual([
    ...['new 1', 'new 1', 'new 2'],
  ]);
});

test('one address that somebody here has gives all cards new ones, also where only a snapshot has it', () => {
  const isMacTaken = (mac: string): boolean => mac === card(2, LAB).mac;
  expect(new ArrivingCards(fileWith([card(0, LAB)], [card(1, LAB)]), place({ isMacTaken })).areNew).toBe(false);
  const cards = new ArrivingCards(fileWith([card(0, LAB)], [card(2, LAB)]), place({ isMacTaken }));
  expect(cards.areNew).toBe(true);
  expect(cards.here(card(0, LAB)).mac).toBe('new 1');
});
