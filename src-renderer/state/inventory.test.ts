import { expect, test } from 'vitest';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import { machineView } from '../testing/machine-view.ts';
import { emptyInventory, HISTORY_LENGTH, type Inventory, withEvent } from './inventory.ts';

function after(...events: readonly ServiceEvent[]): Inventory {
  return events.reduce<Inventory>(
    (inventory, event) => ({ ...inventory, ...withEvent(inventory, event) }),
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
  const gone = { ...known, ...withEvent(known, { type: 'machine-removed', id: 'm' }) };
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
