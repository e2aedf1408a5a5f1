import type { TreeRow } from './tree.ts';

const LANE_PX = 20;
/** Deeper branches stand in the last column: the tree must leave room for its words. */
const MOST_LANES = 8;
const DOT_RADIUS = 5;

function laneX(lane: number): number {
  return (Math.min(lane, MOST_LANES - 1) + 0.5) * LANE_PX;
}

/** The width that the lines of a tree take. */
export function linesWidth(rows: readonly TreeRow[]): number {
  const deepest = rows.reduce((most, { lane }) => Math.max(most, lane), 0);
  return laneX(deepest) + LANE_PX / 2;
}

/** From the column that it comes from, around a corner, to its own dot. */
function arrival(from: number, lane: number, middle: number): string {
  if (from === lane) return `M${laneX(lane)} 0 V${middle}`;
  const [x, corner] = [laneX(from), 8];
  return `M${x} 0 V${middle - corner} Q${x} ${middle} ${x + corner} ${middle} H${laneX(lane)}`;
}

interface LinesProps {
  readonly row: TreeRow;
  readonly height: number;
  readonly width: number;
}

/** The piece of the tree's lines that goes through one row. It has no words: the row says what it is built on. */
export function Lines({ row, height, width }: LinesProps) {
  const { lane, from, passing, goesOn, leadsHere, snapshot } = row;
  // The way to the present is one straight line, and stands out.
  const look = (column: number) => (leadsHere && column === 0 ? 'tree-line tree-line-here' : 'tree-line');
  const middle = height / 2;
  return (
    <svg className="tree-lines" width={width} height={height} aria-hidden>
      {from !== null && <path d={arrival(from, lane, middle)} className={look(lane)} />}
      {passing.map((column) => (
        <path key={column} d={`M${laneX(column)} 0 V${height}`} className={look(column)} />
      ))}
      {goesOn && <path d={`M${laneX(lane)} ${middle} V${height}`} className={look(lane)} />}
      <circle
        cx={laneX(lane)}
        cy={middle}
        r={DOT_RADIUS}
        className={snapshot ? (snapshot.live ? 'tree-dot tree-dot-live' : 'tree-dot') : 'tree-dot tree-dot-here'}
      />
    </svg>
  );
}
