import type { MachineEnd, MachineView } from '../../src-core/contract/machines.ts';
import { Chart } from '../parts/Chart.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { PreparationProgress } from '../tasks/PreparationProgress.tsx';
import { countOf, formatBytes, formatDuration, formatProcessors, formatTime } from '../parts/quantities.ts';
import { type MachineSample, useInventory } from '../state/inventory.ts';
import { AddressFacts } from '../networks/AddressFacts.tsx';
import { MachineTraffic } from '../networks/MachineTraffic.tsx';
import { ConfigurationFact } from './ConfigurationFact.tsx';
import { Fact } from './Fact.tsx';
import { SnapshotFact } from './SnapshotFact.tsx';
import { sourceText } from './sources.ts';
import { isOn } from './states.ts';
import { useNow } from './useNow.ts';

const NO_SAMPLES: readonly MachineSample[] = [];

/** Guest instructions per second between the last two samples, in millions. */
function mips(samples: readonly MachineSample[]): number | null {
  const [before, last] = samples.slice(-2);
  if (before === undefined || last === undefined || last.at <= before.at) return null;
  return (last.instructions - before.instructions) / (last.at - before.at) / 1000;
}

const END_WORDS: Record<MachineEnd['kind'], string> = {
  'powered-off': 'Powered off by the guest',
  killed: 'Forced off',
  failed: 'Failed',
  interrupted: 'Interrupted',
  suspended: 'Suspended',
};

const AGENT_TEXTS: Record<MachineView['agent'], string> = {
  absent: 'None in this guest',
  waiting: 'Not heard from yet',
  ready: 'Ready: commands can be run in the guest',
};

function Uptime({ since }: { since: number }) {
  const now = useNow();
  return <>{formatDuration(now - since)}</>;
}

function LiveCharts({ machine }: { machine: MachineView }) {
  const samples = useInventory(({ machineHistory }) => machineHistory[machine.id]) ?? NO_SAMPLES;
  const times = samples.map(({ at }) => at);
  const speed = mips(samples);
  return (
    <div className="charts">
      <Chart
        label={`Processor ${formatProcessors(machine.stats?.processorUsed ?? 0)}${speed === null ? '' : ` · ${Math.round(speed)} MIPS`}`}
        series={[{ label: 'used on the host', color: '--chart-1', filled: true }]}
        data={[times, samples.map(({ processorUsed }) => processorUsed)]}
        top={machine.processors}
        format={formatProcessors}
      />
      <Chart
        label={`Memory ${formatBytes(machine.stats?.memoryUsedBytes ?? 0)} of ${formatBytes(machine.memoryBytes)}`}
        series={[{ label: 'held on the host', color: '--chart-2', filled: true }]}
        data={[times, samples.map(({ memoryUsedBytes }) => memoryUsedBytes)]}
        top={machine.memoryBytes}
        format={formatBytes}
      />
      {machine.cards.length > 0 && <MachineTraffic machine={machine} />}
    </div>
  );
}

export function SummaryTab({ machine }: { machine: MachineView }) {
  const { lastEnd, startedAt, disks } = machine;
  return (
    <div className="stack">
      {machine.state === 'preparing' && <PreparationProgress taskId={machine.task} />}
      {isOn(machine.state) && <LiveCharts machine={machine} />}
      <dl className="facts">
        <Fact label="Boots">{sourceText(machine.source)}</Fact>
        <Fact label="Processors">{machine.processors}</Fact>
        <Fact label="Memory">{formatBytes(machine.memoryBytes)}</Fact>
        <Fact label="Disks">{disks.length === 0 ? 'None' : countOf(disks.length, 'disk')}</Fact>
        <AddressFacts machine={machine} />
        {startedAt !== null && (
          <Fact label="Up">
            <Uptime since={startedAt} />
          </Fact>
        )}
        {startedAt !== null && <Fact label="Agent">{AGENT_TEXTS[machine.agent]}</Fact>}
        <ConfigurationFact configuration={machine.configuration} />
        <SnapshotFact machine={machine} />
        {machine.cpuLimit !== null && <Fact label="Processor limit">{machine.cpuLimit} % of each</Fact>}
        {machine.shares.length > 0 && <Fact label="Shared folders">{countOf(machine.shares.length, 'folder')}</Fact>}
        {lastEnd && (
          <Fact label="Last run">
            {END_WORDS[lastEnd.kind]}, {formatTime(lastEnd.at)}
            {lastEnd.cause !== null && `: ${lastEnd.cause}`}
          </Fact>
        )}
        <Fact label="Created">{formatTime(machine.createdAt)}</Fact>
      </dl>
      <section className="stack-tight">
        <h3 className="section-title">From a terminal</h3>
        <CommandLine command={`inn vm console ${machine.name}`} />
      </section>
    </div>
  );
}
