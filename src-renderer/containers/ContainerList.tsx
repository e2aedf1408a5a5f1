import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { CheckAll, walkRows } from '../parts/list-tools.tsx';
import { countOf } from '../parts/quantities.ts';
import { tell } from '../parts/tell.ts';
import { availability, perform } from './actions.ts';
import { CompactRow, WideRow } from './ContainerRow.tsx';
import { useContainerList } from './list-state.ts';
import type { Line } from './selectors.ts';
import { isOn } from './states.ts';

const WIDE_ROW_PX = 52;
const COMPACT_ROW_PX = 56;
const GROUP_PX = 32;
/** Rows kept beyond the edges, so that Tab and arrow keys find the next one. */
const OVERSCAN = 6;

function ListHead({ containers }: { containers: readonly ContainerView[] }) {
  return (
    <div className="machine-head container-columns">
      <CheckAll list={useContainerList} rows={containers} what="containers" />
      <span>Name</span>
      <span>State</span>
      <span>Processor</span>
      <span>Memory</span>
      <span>Ports</span>
      <span className="container-node">Node</span>
      <span />
    </div>
  );
}

function GroupHead({ line }: { line: Extract<Line, { kind: 'group' }> }) {
  const running = line.members.filter(({ state }) => isOn(state)).length;
  return (
    <>
      <span className="container-group-name">{line.name}</span>
      <span className="faint">
        {running} of {countOf(line.members.length, 'container')} running
      </span>
    </>
  );
}

function removeOrTellWhy(container: ContainerView): void {
  const now = availability('remove', [container]);
  if (now.can) perform('remove', [container]);
  else tell(`${container.name} cannot be deleted now`, now.why);
}

/** Counts the containers above each line: arrow keys walk from container to container, over the groups' heads. */
function containerIndexes(lines: readonly Line[]): readonly number[] {
  let index = -1;
  return lines.map(({ kind }) => (kind === 'container' ? (index += 1) : -1));
}

interface ContainerListProps {
  readonly lines: readonly Line[];
  readonly openId: string | null;
}

export function ContainerList({ lines, openId }: ContainerListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const compact = openId !== null;
  const rowPx = compact ? COMPACT_ROW_PX : WIDE_ROW_PX;
  const containers = lines.flatMap((line) => (line.kind === 'container' ? [line.container] : []));
  const indexes = containerIndexes(lines);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (lines[index]?.kind === 'group' ? GROUP_PX : rowPx),
    getItemKey: (index) => {
      const line = lines[index];
      if (line === undefined) return index;
      return line.kind === 'group' ? `group ${line.name} ${rowPx}` : `${line.container.id} ${rowPx}`;
    },
    overscan: OVERSCAN,
  });
  const Row = compact ? CompactRow : WideRow;
  const onDelete = (index: number) => {
    const container = containers[index];
    if (container !== undefined) removeOrTellWhy(container);
  };
  return (
    <>
      {!compact && <ListHead containers={containers} />}
      <div ref={scroller} className="machine-scroller">
        <ul
          className="machine-rows"
          style={{ height: virtual.getTotalSize() }}
          onKeyDown={(event) => walkRows(event, onDelete)}
        >
          {virtual.getVirtualItems().map(({ index, key, start, size }) => {
            const line = lines[index];
            const style = { height: size, transform: `translateY(${start}px)` };
            if (line === undefined) return null;
            if (line.kind === 'group') {
              return (
                <li key={key} className="container-group" style={style}>
                  <GroupHead line={line} />
                </li>
              );
            }
            return (
              <li
                key={key}
                data-index={indexes[index]}
                className={compact ? 'machine-row machine-row-compact' : 'machine-row container-columns'}
                style={style}
              >
                <Row container={line.container} open={line.container.id === openId} />
              </li>
            );
          })}
        </ul>
      </div>
    </>
  );
}
