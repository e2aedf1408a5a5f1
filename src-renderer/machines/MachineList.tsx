import { Checkbox } from '@base-ui/react/checkbox';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Check, Minus } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { tell } from '../parts/tell.ts';
import { availability, removeMachines } from './actions.ts';
import { checkAll, useListState } from './list-state.ts';
import { CompactRow, WideRow } from './MachineRow.tsx';

const WIDE_ROW_PX = 52;
const COMPACT_ROW_PX = 56;
/** Rows kept beyond the edges, so that Tab and arrow keys find the next one. */
const OVERSCAN = 6;

function ListHead({ machines }: { machines: readonly MachineView[] }) {
  const checked = useListState((state) => state.checked);
  const ticked = machines.filter(({ id }) => checked.has(id)).length;
  return (
    <div className="machine-head">
      <Checkbox.Root
        className="checkbox"
        aria-label="Select all machines"
        checked={ticked === machines.length}
        indeterminate={ticked > 0 && ticked < machines.length}
        onCheckedChange={(on) => checkAll(on ? machines.map(({ id }) => id) : [])}
      >
        <Checkbox.Indicator className="checkbox-mark">
          {ticked === machines.length ? <Check size={12} aria-hidden /> : <Minus size={12} aria-hidden />}
        </Checkbox.Indicator>
      </Checkbox.Root>
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

function removeOrTellWhy(machine: MachineView): void {
  const now = availability('remove', [machine]);
  if (now.can) void removeMachines([machine]);
  else tell(`${machine.name} cannot be deleted now`, now.why);
}

/** Up and Down walk through the rows' links; Delete deletes the row's machine. */
function onRowKey(event: KeyboardEvent<HTMLElement>, machines: readonly MachineView[]): void {
  const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
  if (row === null || !(event.target as HTMLElement).matches('a')) return;
  const index = Number(row.dataset['index']);
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step !== 0) {
    event.preventDefault();
    row.parentElement?.querySelector<HTMLElement>(`[data-index="${index + step}"] a`)?.focus();
  }
  const machine = machines[index];
  if (event.key === 'Delete' && machine) removeOrTellWhy(machine);
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
          onKeyDown={(event) => onRowKey(event, machines)}
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
