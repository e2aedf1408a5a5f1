import { expect, test } from 'vitest';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import { machineView } from '../testing/machine-view.ts';
import { cardView, networkView } from '../testing/network-view.ts';
import { cardKey, emptyInventory, type Inventory, withEvent } from './inventory.ts';
import { HISTORY_LENGTH } from './records.ts';

function after(...events: readonly ServiceEvent[]): Inventory {
  return events.reduce<Inventory>(
    (inventory, event, index) => ({ ...inventory, ...withEvent(inventory, event, 1000 * index) }),
    emptyInventory,
  );
}

const running = machineView('m', { state: 'running', startedAt: 1 });
const stats = (takenAt: number): ServiceEvent => ({
  type: 'machine-stats',
  id: 'm',
  stats: { takenAt, processorUsed: 0.5, memoryUsedBytes: 1, instructions: 1, diskReadBytes: 0, diskWrittenBytes: 0 },
});

test('an event replaces the whole view, and a removal takes all of it', () => {
  const known = after({ type: 'machine', machine: running }, stats(1));
  expect(known.machines['m']?.stats?.takenAt).toBe(1);
  expect(known.machineHistory['m']).toHaveLength(1);
  const gone = { ...known, ...withEvent(known, { type: 'machine-removed', id: 'm' }, 0) };
  expect(gone.machines).toEqual({});
  expect(gone.machineHistory).toEqual({});
});

test('measurements of a machine that is not known are dropped', () => {
  expect(after(stats(1))).toEqual(emptyInventory);
});

test('only the last samples are kept', () => {
  const many = Array.from({ length: HISTORY_LENGTH + 5 }, (_, index) => stats(index));
  const { machineHistory } = after({ type: 'machine', machine: running }, ...many);
  expect(machineHistory['m']).toHaveLength(HISTORY_LENGTH);
  expect(machineHistory['m']?.[0]?.at).toBe(5);
});

test('a machine that has ended begins its next run with an empty curve', () => {
  const { machineHistory } = after({ type: 'machine', machine: running }, stats(1), {
    type: 'machine',
    machine: machineView('m'),
  });
  expect(machineHistory).toEqual({});
});

/** A network on which the machine m has sent this much; null: it does not run. */
function network(sentBytes: number | null): ServiceEvent {
  const traffic =
    sentBytes === null ? null : { sentBytes, sentFrames: 1, receivedBytes: 0, receivedFrames: 0, droppedFrames: 0 };
  const card = cardView(1, 'n', { traffic });
  const guest = { machine: 'm', machineName: 'm', running: true, card, seenAddresses: [], forwards: [] };
  return { type: 'network', network: networkView('n', { guests: [guest] }) };
}

test('what a card has carried becomes a curve by when it was told', () => {
  const { cardHistory, networks } = after(network(10), network(30));
  expect(cardHistory[cardKey('m', 1)]).toEqual([
    { at: 0, sentBytes: 10, receivedBytes: 0 },
    { at: 1000, sentBytes: 30, receivedBytes: 0 },
  ]);
  expect(Object.keys(networks)).toEqual(['n']);
});

test('the curve of a card begins anew with its counters, and goes with the run', () => {
  expect(after(network(500), network(3)).cardHistory[cardKey('m', 1)]).toHaveLength(1);
  expect(after(network(500), network(null)).cardHistory).toEqual({});
});

test('a network that is deleted is known no more', () => {
  expect(after(network(1), { type: 'network-removed', id: 'n' }).networks).toEqual({});
});
