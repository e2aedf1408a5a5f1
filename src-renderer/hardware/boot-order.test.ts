import { expect, test } from 'vitest';
import { machineView } from '../testing/machine-view.ts';
import { bootSlots, moved } from './boot-order.ts';

const disk = (slot: number) =>
  ({ slot, path: `/${slot}`, readOnly: false, format: 'raw', own: false, sizeBytes: 1, usedBytes: 1 }) as const;
const machine = machineView('m', { disks: [disk(2), disk(0), disk(1)], bootOrder: [1, 7] });

test('disks that nobody put in order are looked at last, by slot, and slots without a disk are passed over', () => {
  expect(bootSlots(machine)).toEqual([1, 0, 2]);
});

test('a slot trades places with its neighbour, and stays at the ends', () => {
  expect(moved([1, 0, 2], 0, -1)).toEqual([0, 1, 2]);
  expect(moved([1, 0, 2], 0, 1)).toEqual([1, 2, 0]);
  expect(moved([1, 0, 2], 1, -1)).toEqual([1, 0, 2]);
  expect(moved([1, 0, 2], 2, 1)).toEqual([1, 0, 2]);
});
