import type { MachineView } from '../../src-core/contract/machines.ts';

/** The slots of all its disks in the order in which a kernel is looked for: first those that were put in order. */
export function bootSlots({ bootOrder, disks }: Pick<MachineView, 'bootOrder' | 'disks'>): readonly number[] {
  const slots = disks.map(({ slot }) => slot).sort((a, b) => a - b);
  const ordered = bootOrder.filter((slot) => slots.includes(slot));
  return [...ordered, ...slots.filter((slot) => !ordered.includes(slot))];
}

/** The order with one slot a place earlier (-1) or later (1). */
export function moved(order: readonly number[], slot: number, by: -1 | 1): readonly number[] {
  const from = order.indexOf(slot);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return order;
  return order.with(from, order[to] ?? slot).with(to, slot);
}
