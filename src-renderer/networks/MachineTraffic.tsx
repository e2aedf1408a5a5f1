import type { MachineView } from '../../src-core/contract/machines.ts';
import { Chart } from '../parts/Chart.tsx';
import { type MachineSample, useInventory } from '../state/inventory.ts';
import { formatRate, NO_TRAFFIC, rates } from './traffic.ts';

const NO_SAMPLES: readonly MachineSample[] = [];
/** An idle line is drawn flat, not its last packets as mountains. */
const LEAST_TOP = 1024;

/** What goes through all network cards of a machine. */
export function MachineTraffic({ machine }: { machine: MachineView }) {
  const samples = useInventory(({ machineHistory }) => machineHistory[machine.id]) ?? NO_SAMPLES;
  const { times, rates: curve } = rates(
    samples.map(({ at, networkSentBytes, networkReceivedBytes }) => ({
      at,
      sentBytes: networkSentBytes,
      receivedBytes: networkReceivedBytes,
    })),
  );
  const now = curve.at(-1) ?? NO_TRAFFIC;
  return (
    <Chart
      label={`Network ${formatRate(now.sent)} out · ${formatRate(now.received)} in`}
      series={[
        { label: 'sent', color: '--chart-2' },
        { label: 'received', color: '--chart-1', filled: true },
      ]}
      data={[times, curve.map(({ sent }) => sent), curve.map(({ received }) => received)]}
      top={LEAST_TOP}
      format={formatRate}
    />
  );
}
