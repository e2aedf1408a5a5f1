import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { PacketSummary } from '../../src-core/contract/networks.ts';

const ROW_PX = 24;
const OVERSCAN = 12;
/** Within this of the end, the list follows new packets, unless one is looked at. */
const AT_END_PX = 2 * ROW_PX;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

interface PacketTableProps {
  readonly rows: readonly PacketSummary[];
  readonly chosen: number | null;
  choose(number: number | null): void;
}

/** Up and Down walk from packet to packet, from the last one if none is chosen. */
function neighbour(key: string, rows: readonly PacketSummary[], chosen: number | null): number {
  const at = rows.findIndex(({ number }) => number === chosen);
  const from = at === -1 ? rows.length : at;
  switch (key) {
    case 'ArrowDown':
      return Math.min(from + 1, rows.length - 1);
    case 'ArrowUp':
      return Math.max(from - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    default:
      return -1;
  }
}

function Cells({ packet }: { packet: PacketSummary }) {
  const { number, at, source, destination, protocol, bytes, info } = packet;
  return (
    <>
      <span role="cell" className="number">
        {number}
      </span>
      <span role="cell" className="figure">
        {clock.format(at)}
      </span>
      <span role="cell" title={source}>
        {source}
      </span>
      <span role="cell" title={destination}>
        {destination}
      </span>
      <span role="cell" className="packet-protocol">
        {protocol}
      </span>
      <span role="cell" className="number">
        {bytes}
      </span>
      <span role="cell" className="packet-info" title={info}>
        {info}
      </span>
    </>
  );
}

/** Packets line by line, the newest at the end, drawn only where one looks. */
export function PacketTable({ rows, chosen, choose }: PacketTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.number ?? index,
    overscan: OVERSCAN,
  });

  useEffect(() => {
    if (chosen === null && atEnd.current && rows.length > 0) virtual.scrollToIndex(rows.length - 1);
  }, [rows, virtual, chosen]);

  function onScroll(): void {
    const box = scroller.current;
    if (box !== null) atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX;
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') return choose(null);
    const next = neighbour(event.key, rows, chosen);
    const packet = rows[next];
    if (packet === undefined) return;
    event.preventDefault();
    choose(packet.number);
    virtual.scrollToIndex(next, { align: 'auto' });
  }

  return (
    <div role="table" aria-label="Packets" aria-rowcount={rows.length} className="packets-table">
      <div role="rowgroup">
        <div role="row" className="packet-row packet-head">
          {['No.', 'Time', 'From', 'To', 'Protocol', 'Bytes', 'Content'].map((title) => (
            <span
              key={title}
              role="columnheader"
              className={title === 'No.' || title === 'Bytes' ? 'number' : undefined}
            >
              {title}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={scroller}
        role="rowgroup"
        className="packets-scroller"
        tabIndex={0}
        aria-label="Packets: up and down show their details"
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" className="packets-rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const packet = rows[index];
            if (packet === undefined) return null;
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 1}
                className="packet-row"
                data-chosen={packet.number === chosen ? '' : undefined}
                data-protocol={packet.protocol}
                style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
                // Not at the click: while packets come, another row may be there when the button is let go.
                onPointerDown={({ button }) => {
                  if (button === 0) choose(packet.number === chosen ? null : packet.number);
                }}
              >
                <Cells packet={packet} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
