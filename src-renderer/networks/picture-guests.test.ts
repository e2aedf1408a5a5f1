import { expect, test } from 'vitest';
import { cardView, networkView } from '../testing/network-view.ts';
import { pictureGuests } from './picture-guests.ts';

const card = cardView(0, 'n', { address: '10.86.0.2' });
const machine = { machine: 'm', machineName: 'zoo', running: true, card, seenAddresses: [], forwards: [] };
const container = { id: 'c', name: 'web', address: '10.86.0.3', mac: card.mac, running: true, forwards: [] };
const stats = (takenAt: number, networkSentBytes: number) => ({
  ...{ takenAt, networkSentBytes, networkReceivedBytes: 0, processorUsed: 0, memoryBytes: 0 },
  ...{ pids: 1, diskReadBytes: 0, diskWrittenBytes: 0 },
});

test('containers stand after the machines, with a rate out of their own counters', () => {
  const network = networkView('n', {
    guests: [machine],
    containers: [container, { ...container, id: 'a', name: 'app', running: false }],
  });
  const histories = { cardHistory: {}, containerHistory: { c: [stats(1000, 0), stats(2000, 500)] } };
  const guests = pictureGuests(network, histories, 2000);
  expect(guests.map(({ name, state, rate }) => [name, state, rate.sent])).toEqual([
    ['zoo', 'up', 0],
    ['app', 'off', 0],
    ['web', 'up', 500],
  ]);
});
