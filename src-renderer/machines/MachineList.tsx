import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { CheckAll, walkRows } from '../parts/list-tools.tsx';
import { tell } from '../parts/tell.ts';
import { availability, removeMachines } from './actions.ts';
import { useListState } from './list-state.ts';
import { CompactRow, WideRow } from './MachineRow.tsx';

const WIDE_ROW_PX = 52;
const COMPACT_ROW_PX = 56;
/** Rows kept beyond the edges, so that Tab and arrow keys find the next one. */
const OVERSCAN = 6;

function ListHead({ machines }: { machines: readonly MachineView[] }) {
  return (
    <div className="machine-head">
      <CheckAll list={useListState} rows={machines} what="machines" />
      <span>Name</span>
      <span>State</span>
      <span>Processor</span>
      <span>Memory</span>
      <span>Address</span>
      <span className="machine-agent">Agent</span>
      <span />
    </div>
  );
}

function removeOrTellWhy(machine: MachineView | undefined): void {
  if (machine === undefined) return;
  const now = availability('remove', [machine]);
  if (now.can) void removeMachines([machine]);
  else tell(`${machine.name} cannot be deleted now`, now.why);
}

interface MachineListProps {
  readonly machines: readonly MachineView[];
  readonly openId: string | null;
}

export function MachineList({ machines, openId }: MachineListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const compact = openId !== null;
  const rowPx = compact ? COMPACT_ROW_PX : WIDE_ROW_PX;
  const virtual = useVirtualizer({
    count: machines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => machines[index]?.id ?? index,
    overscan: OVERSCAN,
  });
  const Row = compact ? CompactRow : WideRow;
  return (
    <>
      {!compact && <ListHead machines={machines} />}
      <div ref={scroller} className="machine-scroller">
        <ul
          className="machine-rows"
          style={{ height: machines.length * rowPx }}
          onKeyDown={(event) => walkRows(event, (index) => removeOrTellWhy(machines[index]))}
        >
          {virtual.getVirtualItems().map(({ index, key }) => {
            const machine = machines[index];
            return (
              machine && (
                <li
                  key={key}
                  data-index={index}
                  className={compact ? 'machine-row machine-row-compact' : 'machine-row'}
                  style={{ height: rowPx, transform: `translateY(${index * rowPx}px)` }}
                >
                  <Row machine={machine} open={machine.id === openId} />
                </li>
              )
            );
          })}
        </ul>
      </div>
    </>
  );
}
