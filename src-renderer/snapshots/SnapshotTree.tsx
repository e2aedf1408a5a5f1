import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { askRemoveSnapshot } from './snapshot-actions.ts';
import { lookAtSnapshot } from './SnapshotDialog.tsx';
import { Lines, linesWidth } from './Lines.tsx';
import { HereRow, SnapshotRow } from './SnapshotRow.tsx';
import { HERE, type TreeRow, treeRows } from './tree.ts';

const SNAPSHOT_PX = 92;
const HERE_PX = 56;
const OVERSCAN = 4;

interface SnapshotTreeProps {
  readonly machine: MachineView;
  readonly snapshots: readonly SnapshotView[];
  readonly scroller: RefObject<HTMLDivElement | null>;
}

const rowPx = (row: TreeRow | undefined) => (row?.snapshot === null ? HERE_PX : SNAPSHOT_PX);

/** The row that a key leads to: along the tree with Left and Right, line by line with Up and Down. */
function target(key: string, rows: readonly TreeRow[], at: number): number {
  const row = rows[at];
  const indexOf = (id: string | null | undefined) => rows.findIndex((other) => other.id === id);
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, rows.length - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    case 'ArrowLeft':
      return indexOf(row?.parent);
    case 'ArrowRight':
      return indexOf(row?.next);
    default:
      return -1;
  }
}

/** Which row the keyboard is on. At first the present state: that is what one comes to look from. */
function useActiveRow(rows: readonly TreeRow[]) {
  const [active, setActive] = useState(HERE);
  const at = Math.max(
    0,
    rows.findIndex(({ id }) => id === active),
  );
  return { at, setActive };
}

export function SnapshotTree({ machine, snapshots, scroller }: SnapshotTreeProps) {
  const rows = useMemo(() => treeRows(snapshots, machine.currentSnapshot), [snapshots, machine.currentSnapshot]);
  const names = useMemo(() => new Map(snapshots.map(({ id, name }) => [id, name])), [snapshots]);
  const { at, setActive } = useActiveRow(rows);
  const wantsFocus = useRef(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowPx(rows[index]),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
    // The row that Tab leads to is always there.
    rangeExtractor: (range: Range) => [...new Set([at, ...defaultRangeExtractor(range)])].sort((a, b) => a - b),
  });
  const width = linesWidth(rows);
  const hereAt = rows.findIndex(({ snapshot }) => snapshot === null);

  useEffect(() => {
    virtual.measure();
    // Whenever the tree has changed, the present is what one wants to see; the list knows its height a frame later.
    const frame = requestAnimationFrame(() => virtual.scrollToIndex(hereAt, { align: 'auto' }));
    return () => cancelAnimationFrame(frame);
  }, [virtual, rows, hereAt]);

  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    document.getElementById(`snapshot-${rows[at]?.id}`)?.focus({ preventScroll: true });
  }, [at, rows]);

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    // A key on one of the row's buttons is the button's.
    if ((event.target as HTMLElement).role !== 'treeitem') return;
    const row = rows[at];
    if (event.key === 'Enter' && row?.snapshot) lookAtSnapshot(machine, row.snapshot);
    else if (event.key === 'Delete' && row?.snapshot) askRemoveSnapshot(machine, row.snapshot);
    else {
      const next = target(event.key, rows, at);
      const id = rows[next]?.id;
      if (id === undefined) return;
      wantsFocus.current = true;
      setActive(id);
      virtual.scrollToIndex(next, { align: 'auto' });
    }
    event.preventDefault();
  }

  return (
    <div
      className="snapshot-tree"
      role="tree"
      aria-label={`Snapshots of ${machine.name}`}
      style={{ height: virtual.getTotalSize() }}
      onKeyDown={onKeyDown}
    >
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const row = rows[index];
        if (row === undefined) return null;
        const builtOn = row.parent === null ? undefined : names.get(row.parent);
        return (
          <div
            key={key}
            id={`snapshot-${row.id}`}
            role="treeitem"
            className="snapshot-row"
            aria-level={row.lane + 1}
            aria-posinset={row.position}
            aria-setsize={row.siblings}
            aria-current={row.snapshot === null ? 'step' : undefined}
            aria-selected={index === at}
            aria-label={row.snapshot?.name ?? 'The present state'}
            tabIndex={index === at ? 0 : -1}
            style={{ height: rowPx(row), transform: `translateY(${start}px)` }}
            onFocus={() => setActive(row.id)}
          >
            <Lines row={row} height={rowPx(row)} width={width} />
            {row.snapshot === null ? (
              <HereRow machine={machine} builtOn={builtOn} />
            ) : (
              <SnapshotRow machine={machine} snapshot={row.snapshot} builtOn={builtOn} active={index === at} />
            )}
          </div>
        );
      })}
    </div>
  );
}
