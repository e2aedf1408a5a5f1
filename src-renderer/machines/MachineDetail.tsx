import { Tabs } from '@base-ui/react/tabs';
import { X } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { IconButton } from '../parts/Button.tsx';
import { TabRow } from '../parts/TabRow.tsx';
import { goToMachine, type MachineTab } from '../state/place.ts';
import { ConsoleTab } from '../consoles/ConsoleTab.tsx';
import { ConsoleTools } from '../consoles/ConsoleTools.tsx';
import { HardwareTab } from '../hardware/HardwareTab.tsx';
import { MachineNetworkTab } from '../networks/MachineNetworkTab.tsx';
import { SnapshotsTab } from '../snapshots/SnapshotsTab.tsx';
import { InspectTab } from './InspectTab.tsx';
import { MachineNotices } from './MachineNotices.tsx';
import { StateBadge } from './StateBadge.tsx';
import { SummaryTab } from './SummaryTab.tsx';

const TAB_LABELS: Record<MachineTab, string> = {
  summary: 'Summary',
  console: 'Console',
  hardware: 'Hardware',
  network: 'Network',
  snapshots: 'Snapshots',
  inspect: 'Inspect',
};

export function MachineDetail({ machine, tab }: { machine: MachineView; tab: MachineTab }) {
  return (
    <Tabs.Root
      className="detail"
      value={tab}
      onValueChange={(value: MachineTab) => goToMachine(machine.id, value)}
      render={<section aria-label={`Machine ${machine.name}`} />}
    >
      <header className="detail-head">
        <h2 className="detail-title">{machine.name}</h2>
        <StateBadge state={machine.state} />
        <span className="toolbar-gap" />
        <IconButton icon={X} label="Back to the list" onClick={() => goToMachine(null)} />
      </header>
      <TabRow labels={TAB_LABELS}>{tab === 'console' && machine.state !== 'preparing' && <ConsoleTools />}</TabRow>
      <MachineNotices machine={machine} />
      <Tabs.Panel value="summary" className="panel" tabIndex={0}>
        <SummaryTab machine={machine} />
      </Tabs.Panel>
      <Tabs.Panel value="console" className="panel panel-console" tabIndex={-1}>
        <ConsoleTab machine={machine} />
      </Tabs.Panel>
      <Tabs.Panel value="hardware" className="panel" tabIndex={0}>
        <HardwareTab machine={machine} />
      </Tabs.Panel>
      <Tabs.Panel value="network" className="panel" tabIndex={0}>
        <MachineNetworkTab machine={machine} />
      </Tabs.Panel>
      <Tabs.Panel value="snapshots" className="panel panel-snapshots" tabIndex={-1}>
        <SnapshotsTab machine={machine} />
      </Tabs.Panel>
      <Tabs.Panel value="inspect" className="panel" tabIndex={0}>
        <InspectTab machine={machine} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
