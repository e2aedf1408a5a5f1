import { NAME_RULE, nameSchema } from '../../src-core/contract/names.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';

/** A name no longer than a name may be, with room for a number behind it. */
const STEM_LENGTH = 58;

/** "snapshot-3": the first number that nobody has. */
export function proposedSnapshotName(snapshots: readonly SnapshotView[]): string {
  return numberedName('snapshot', snapshots);
}

/** "before-clean", and "before-clean-2" when that is taken. */
export function nameBefore(restored: string, snapshots: readonly SnapshotView[]): string {
  const stem = `before-${restored}`.slice(0, STEM_LENGTH).replace(/-+$/, '');
  return snapshotNameProblem(stem, snapshots) === undefined ? stem : numberedName(stem, snapshots);
}

function numberedName(stem: string, snapshots: readonly SnapshotView[]): string {
  const taken = new Set(snapshots.map(({ name }) => name.toLowerCase()));
  let number = 1;
  while (taken.has(`${stem.toLowerCase()}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

/** What is wrong with a name for a snapshot. @param own the id of the snapshot that has it already */
export function snapshotNameProblem(
  name: string,
  snapshots: readonly SnapshotView[],
  own?: string,
): string | undefined {
  if (name === '') return 'Give the snapshot a name';
  if (!nameSchema.safeParse(name).success) return NAME_RULE;
  const isTaken = snapshots.some((other) => other.id !== own && other.name.toLowerCase() === name.toLowerCase());
  return isTaken ? `There is already a snapshot called ${name}` : undefined;
}
