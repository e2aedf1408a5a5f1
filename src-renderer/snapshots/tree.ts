import type { SnapshotView } from '../../src-core/contract/snapshots.ts';

/** The node of the present state, among the ids of snapshots. */
export const HERE = 'here';

/**
 * A line of the tree as it is drawn: what was built on a snapshot stands below it. One line of descent, the one that
 * leads to the present state, goes straight down; what branches off stands to the right, before the line goes on.
 */
export interface TreeRow {
  readonly id: string;
  /** null: the present state. */
  readonly snapshot: SnapshotView | null;
  /** Its column, 0 at the left. */
  readonly lane: number;
  /** The column that its line comes from: its own, another to the left, or null where a tree begins. */
  readonly from: number | null;
  /** Columns whose line passes by without touching it. */
  readonly passing: readonly number[];
  /** Something was built on it, so its line goes on. */
  readonly goesOn: boolean;
  /** Its tree holds the present state: the line of its first column leads there. */
  readonly leadsHere: boolean;
  readonly parent: string | null;
  /** What continues its line of descent. */
  readonly next: string | null;
  /** Its place among the rows of the same column that belong together, for a screen reader. */
  readonly position: number;
  readonly siblings: number;
}

interface Node {
  readonly id: string;
  readonly snapshot: SnapshotView | null;
  readonly parent: string | null;
  readonly children: Node[];
  leadsHere: boolean;
}

function nodesOf(snapshots: readonly SnapshotView[], current: string | null): readonly Node[] {
  const nodes = new Map<string, Node>();
  const known = new Set(snapshots.map(({ id }) => id));
  const parentOf = (id: string | null) => (id !== null && known.has(id) ? id : null);
  const oldestFirst = [...snapshots].sort((a, b) => a.createdAt - b.createdAt);
  for (const snapshot of oldestFirst) {
    const { id } = snapshot;
    nodes.set(id, { id, snapshot, parent: parentOf(snapshot.parent), children: [], leadsHere: false });
  }
  const here: Node = { id: HERE, snapshot: null, parent: parentOf(current), children: [], leadsHere: true };
  nodes.set(HERE, here);
  for (const node of nodes.values()) if (node.parent !== null) nodes.get(node.parent)?.children.push(node);
  for (let id = here.parent; id !== null;) {
    const node = nodes.get(id);
    // A circle can only come from a damaged document; it must not hang the window.
    if (node === undefined || node.leadsHere) break;
    node.leadsHere = true;
    id = node.parent;
  }
  return [...nodes.values()].filter(({ parent }) => parent === null);
}

/** The child that continues the line, last; what branches off, before it. */
function mainLast(children: readonly Node[]): readonly Node[] {
  const main = children.find(({ leadsHere }) => leadsHere) ?? children.at(-1);
  return [...children.filter((child) => child !== main), ...(main === undefined ? [] : [main])];
}

type Placed = Omit<TreeRow, 'position' | 'siblings'>;

interface Waiting {
  readonly node: Node;
  readonly lane: number;
  readonly from: number | null;
  readonly passing: readonly number[];
  readonly leadsHere: boolean;
}

/** Depth first, without recursion: a line of descent may be as long as somebody's patience. */
function placed(roots: readonly Node[]): readonly Placed[] {
  const rows: Placed[] = [];
  const waiting: Waiting[] = [...mainLast(roots)]
    .reverse()
    .map((node) => ({ node, lane: 0, from: null, passing: [], leadsHere: node.leadsHere }));
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { node, lane, from, passing, leadsHere } = at;
    const children = mainLast(node.children);
    const main = children.at(-1);
    const { id, snapshot, parent } = node;
    rows.push({
      id,
      snapshot,
      lane,
      from,
      passing,
      goesOn: main !== undefined,
      leadsHere,
      parent,
      next: main?.id ?? null,
    });
    const below = children.map((child) =>
      child === main
        ? { node: child, lane, from: lane, passing, leadsHere }
        : { node: child, lane: lane + 1, from: lane, passing: [...passing, lane], leadsHere },
    );
    waiting.push(...below.reverse());
  }
  return rows;
}

function numbered(rows: readonly Placed[]): readonly TreeRow[] {
  const groupOf: number[] = [];
  const sizes: number[] = [];
  const positions: number[] = [];
  // The group that is open in each column: a row further left closes those to its right.
  const open: number[] = [];
  for (const [index, { lane }] of rows.entries()) {
    open.length = Math.min(open.length, lane + 1);
    const group = (open[lane] ??= sizes.push(0) - 1);
    groupOf[index] = group;
    positions[index] = sizes[group] = (sizes[group] ?? 0) + 1;
  }
  return rows.map((row, index) => ({
    ...row,
    position: positions[index] ?? 1,
    siblings: sizes[groupOf[index] ?? 0] ?? 1,
  }));
}

/** The rows of the tree from top to bottom; the present state stands below the snapshot that it is built on. */
export function treeRows(snapshots: readonly SnapshotView[], current: string | null): readonly TreeRow[] {
  return numbered(placed(nodesOf(snapshots, current)));
}

/** How many snapshots are built on this one, over however many others. */
export function descendants(snapshots: readonly SnapshotView[], id: string): number {
  const found = new Set([id]);
  let before = 0;
  while (found.size > before) {
    before = found.size;
    for (const { id: child, parent } of snapshots) if (parent !== null && found.has(parent)) found.add(child);
  }
  return found.size - 1;
}
