import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { cutAtMatches, type NumberedLine, plainText, stamp } from './log-text.ts';

const ROW_PX = 18;
const OVERSCAN = 20;
/** Within this of the end, the list is at its end. */
const AT_END_PX = 2 * ROW_PX;

interface LogListProps {
  readonly lines: readonly NumberedLine[];
  readonly sought: string;
  readonly stamps: boolean;
  readonly wrap: boolean;
  /** The newest line stays in view. */
  readonly follow: boolean;
  /** The person scrolled away from the end, or back to it. */
  onFollow(follow: boolean): void;
}

function Text({ text, sought }: { text: string; sought: string }) {
  return cutAtMatches(plainText(text), sought).map((part, index) =>
    index % 2 === 1 ? <mark key={index}>{part}</mark> : part,
  );
}

/** Lines of a log, drawn only where one looks. */
export function LogList({ lines, sought, stamps, wrap, follow, onFollow }: LogListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => `${lines[index]?.number ?? index} ${wrap ? 'wrapped' : ''}`,
    overscan: OVERSCAN,
  });

  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [follow, lines, virtual, wrap]);

  /** Only what the person does counts: a list that grows moves away from its end by itself. */
  function noteScroll(): void {
    requestAnimationFrame(() => {
      const box = scroller.current;
      if (box !== null) onFollow(box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX);
    });
  }

  return (
    <div
      ref={scroller}
      className="log-scroller"
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label="Lines of the log"
      data-wrap={wrap ? '' : undefined}
      onWheel={noteScroll}
      onKeyUp={noteScroll}
      onPointerUp={noteScroll}
    >
      <div className="log-lines" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          if (line === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              data-stream={line.stream}
              className="log-line"
              style={{ transform: `translateY(${start}px)` }}
            >
              {stamps && <span className="log-stamp">{stamp(line)}</span>}
              <span className="log-stream">{line.stream === 'stderr' ? 'err' : ''}</span>
              <span className="log-text">
                <Text text={line.text} sought={sought} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
