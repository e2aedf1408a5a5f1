import { HISTORY_LENGTH } from '../state/records.ts';

interface SparklineProps {
  readonly values: readonly number[];
  /** What the top edge stands for. */
  readonly top: number;
  readonly width?: number;
  readonly height?: number;
}

/** How many samples a sparkline shows; the chart on a machine's own page shows all. */
const SHOWN = HISTORY_LENGTH / 2;

function points({ values, top, width = 72, height = 20 }: SparklineProps): string {
  const shown = values.slice(-SHOWN);
  const step = width / (SHOWN - 1);
  const left = width - (shown.length - 1) * step;
  const y = (value: number) => height - 1 - Math.min(1, value / top) * (height - 2);
  return shown.map((value, index) => `${(left + index * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
}

/** A curve of the last minute. It decorates a figure that stands beside it, so it has no name of its own. */
export function Sparkline(props: SparklineProps) {
  const { values, width = 72, height = 20 } = props;
  return (
    <svg className="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden>
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} className="sparkline-base" />
      {values.length > 1 && <polyline points={points(props)} className="sparkline-curve" />}
    </svg>
  );
}
