import { Chart } from '../parts/Chart.tsx';
import type { CardSample } from '../state/inventory.ts';
import { formatRate, NO_TRAFFIC, rates } from './traffic.ts';

/** An idle line is drawn flat, not its last packets as mountains. */
const LEAST_TOP = 1024;

interface RateChartProps {
  /** "Network". */
  readonly name: string;
  /** What the two directions are called: "sent" and "received", "written" and "read". */
  readonly words: readonly [string, string];
  /** Counters, oldest first. */
  readonly samples: readonly CardSample[];
}

/** How fast two counters rise. */
export function RateChart({ name, words, samples }: RateChartProps) {
  const { times, rates: curve } = rates(samples);
  const now = curve.at(-1) ?? NO_TRAFFIC;
  const [sent, received] = words;
  return (
    <Chart
      label={`${name} ${formatRate(now.sent)} ${sent} · ${formatRate(now.received)} ${received}`}
      series={[
        { label: sent, color: '--chart-2' },
        { label: received, color: '--chart-1', filled: true },
      ]}
      data={[times, curve.map((rate) => rate.sent), curve.map((rate) => rate.received)]}
      top={LEAST_TOP}
      format={formatRate}
    />
  );
}
