import { expect, test } from 'vitest';
import { nameSchema } from '../../src-core/contract/names.ts';
import { snapshotView } from '../testing/snapshot-view.ts';
import { nameBefore, proposedSnapshotName, snapshotNameProblem } from './snapshot-names.ts';

const known = [snapshotView('1', null, { name: 'snapshot-1' }), snapshotView('2', '1', { name: 'Clean' })];

test('a proposed name is the first that nobody has', () => {
  expect(proposedSnapshotName([])).toBe('snapshot-1');
  expect(proposedSnapshotName(known)).toBe('snapshot-2');
});

test('what is kept before a restore is called after what is restored', () => {
  expect(nameBefore('Clean', known)).toBe('before-Clean');
  expect(nameBefore('Clean', [...known, snapshotView('3', '2', { name: 'before-clean' })])).toBe('before-Clean-1');
});

test('a name made from the longest name is a name', () => {
  const longest = `${'a'.repeat(50)}-${'b'.repeat(12)}`;
  expect(nameSchema.safeParse(nameBefore(longest, known)).success).toBe(true);
});

test('a name is taken in any case, but not by its owner', () => {
  expect(snapshotNameProblem('CLEAN', known)).toMatch(/already a snapshot called CLEAN/);
  expect(snapshotNameProblem('CLEAN', known, '2')).toBeUndefined();
  expect(snapshotNameProblem('a b', known)).toMatch(/letters, digits or hyphens/);
});
