import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { snapshotView } from '../testing/snapshot-view.ts';
import { descendants, HERE, treeRows } from './tree.ts';

/** "a", "b<a", "c<b": each built on the one behind the sign, older ones first. */
function snapshots(...written: readonly string[]): readonly SnapshotView[] {
  return written.map((text, index) => {
    const [id = '', parent = null] = text.split('<');
    return snapshotView(id, parent, { createdAt: index });
  });
}

/** "a" in the first column, " b" in the second. */
function drawn(current: string | null, ...written: readonly string[]): readonly string[] {
  return treeRows(snapshots(...written), current).map(({ id, lane }) => ' '.repeat(lane) + id);
}

describe('the tree of snapshots', () => {
  test('is one straight line while nothing was restored', () => {
    expect(drawn('c', 'a', 'b<a', 'c<b')).toEqual(['a', 'b', 'c', HERE]);
  });

  test('lets what was left behind branch off the line that leads to the present', () => {
    expect(drawn('a', 'a', 'b<a', 'c<b')).toEqual(['a', ' b', ' c', HERE]);
  });

  test('puts branches within branches further to the right', () => {
    expect(drawn('a', 'a', 'b<a', 'c<b', 'd<b', 'e<a')).toEqual(['a', ' b', '  c', ' d', ' e', HERE]);
  });

  test('has the present state alone where there is no snapshot, and beside those it is not built on', () => {
    expect(drawn(null)).toEqual([HERE]);
    expect(drawn(null, 'a')).toEqual(['a', HERE]);
  });

  test('tells lines that pass by and lines that end', () => {
    const rows = treeRows(snapshots('a', 'b<a', 'c<b'), 'a');
    expect(rows).toMatchObject([
      { id: 'a', from: null, passing: [], goesOn: true },
      { id: 'b', from: 0, passing: [0], goesOn: true },
      { id: 'c', from: 1, passing: [0], goesOn: false },
      { id: HERE, from: 0, passing: [], goesOn: false },
    ]);
  });

  test('counts the rows of a column that belong together', () => {
    const rows = treeRows(snapshots('a', 'b<a', 'c<b', 'd<a'), 'd');
    expect(rows.map(({ id, position, siblings }) => `${id} ${position}/${siblings}`)).toEqual([
      'a 1/3',
      'b 1/2',
      'c 2/2',
      'd 2/3',
      'here 3/3',
    ]);
  });

  test('counts branches of different snapshots apart', () => {
    const rows = treeRows(snapshots('a', 'b<a', 'c<a', 'd<c', 'e<c'), 'e');
    expect(rows.map(({ id, position, siblings }) => `${id} ${position}/${siblings}`)).toEqual([
      'a 1/4',
      'b 1/1',
      'c 2/4',
      'd 1/1',
      'e 3/4',
      'here 4/4',
    ]);
  });

  test('shows each snapshot once, below what it is built on, whatever it is told', () => {
    const ids = fc.integer({ min: 0, max: 30 });
    const links = fc.array(fc.tuple(ids, ids), { maxLength: 30 });
    fc.assert(
      fc.property(links, ids, (pairs, current) => {
        const known = new Map(pairs.map(([id, parent]) => [id, id > parent ? `s${parent}` : null]));
        const views = [...known].map(([id, parent]) => snapshotView(`s${id}`, parent, { createdAt: id }));
        const rows = treeRows(views, `s${current}`);
        expect(rows.map(({ id }) => id).sort()).toEqual([HERE, ...views.map(({ id }) => id)].sort());
        for (const [index, { parent, lane, from }] of rows.entries()) {
          if (parent === null) continue;
          const above = rows.findIndex(({ id }) => id === parent);
          expect(above).toBeLessThan(index);
          expect(from).toBe(rows[above]?.lane);
          expect(lane - (from ?? 0)).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 20_261_122 },
    );
  });
});

test('what is built on a snapshot is counted over all others between', () => {
  const tree = snapshots('a', 'b<a', 'c<b', 'd<a', 'e');
  expect(['a', 'b', 'e'].map((id) => descendants(tree, id))).toEqual([3, 1, 0]);
});
