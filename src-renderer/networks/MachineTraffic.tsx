import type { MachineView } from '../../src-core/contract/machines.ts';
import { type MachineSample, useInventory } from '../state/inventory.ts';
import { RateChart } from './RateChart.tsx';

const NO_SAMPLES: readonly MachineSample[] = [];

/** What goes through all network cards of a machine. */
export function MachineTraffic({ machine }: { machine: MachineView }) {
  const samples = useInventory(({ machineHistory }) => machineHistory[machine.id]) ?? NO_SAMPLES;
  const counters = samples.map(({ at, networkSentBytes, networkReceivedBytes }) => ({
    at,
    sentBytes: networkSentBytes,
    receivedBytes: networkReceivedBytes,
  }));
  return <RateChart name="Network" words={['out', 'in']} samples={counters} />;
}
