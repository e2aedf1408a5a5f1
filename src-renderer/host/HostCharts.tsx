import type { HostView } from '../../src-core/contract/host.ts';
import { Chart, type ChartSeries } from '../parts/Chart.tsx';
import { formatBytes, formatProcessors } from '../parts/quantities.ts';
import { useInventory } from '../state/inventory.ts';

const SERIES: readonly ChartSeries[] = [
  { label: 'everything', color: '--chart-3' },
  { label: 'guests', color: '--chart-1', filled: true },
];

export function HostCharts({ host }: { host: HostView }) {
  const samples = useInventory((inventory) => inventory.hostHistory);
  const times = samples.map(({ at }) => at);
  return (
    <div className="charts">
      <Chart
        label="Processor use"
        series={SERIES}
        data={[times, samples.map((s) => s.processorUsedByAll), samples.map((s) => s.processorUsed)]}
        top={host.processor.total}
        format={formatProcessors}
      />
      <Chart
        label="Memory use"
        series={SERIES}
        data={[times, samples.map((s) => s.memoryUsedByAll), samples.map((s) => s.memoryUsed)]}
        top={host.memory.total}
        format={formatBytes}
      />
    </div>
  );
}
