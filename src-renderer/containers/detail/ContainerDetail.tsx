import { Tabs } from '@base-ui/react/tabs';
import { X } from 'lucide-react';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import { ConsoleTools } from '../../consoles/ConsoleTools.tsx';
import { IconButton } from '../../parts/Button.tsx';
import { StateLook } from '../../parts/StateLook.tsx';
import { TabRow } from '../../parts/TabRow.tsx';
import type { ContainerTab } from '../../state/container-places.ts';
import { goToContainer } from '../../state/place.ts';
import { LayersView } from '../images/LayersView.tsx';
import { containerLook } from '../states.ts';
import { ContainerNotices } from './ContainerNotices.tsx';
import { FilesTab } from './FilesTab.tsx';
import { InspectTab } from './InspectTab.tsx';
import { LogsTab } from './LogsTab.tsx';
import { SettingsTab } from './SettingsTab.tsx';
import { SummaryTab } from './SummaryTab.tsx';
import { TerminalTab } from './TerminalTab.tsx';

const TAB_LABELS: Record<ContainerTab, string> = {
  summary: 'Summary',
  terminal: 'Terminal',
  logs: 'Logs',
  files: 'Files',
  layers: 'Layers',
  inspect: 'Inspect',
  settings: 'Settings',
};

export function ContainerDetail({ container, tab }: { container: ContainerView; tab: ContainerTab }) {
  const { id, name, image } = container;
  return (
    <Tabs.Root
      className="detail"
      value={tab}
      onValueChange={(value: ContainerTab) => goToContainer(id, value)}
      render={<section aria-label={`Container ${name}`} />}
    >
      <header className="detail-head">
        <h2 className="detail-title">{name}</h2>
        <StateLook look={containerLook(container)} />
        <span className="detail-subtitle faint">{image}</span>
        <span className="toolbar-gap" />
        <IconButton icon={X} label="Back to the list" onClick={() => goToContainer(null)} />
      </header>
      <TabRow labels={TAB_LABELS}>{tab === 'terminal' && <ConsoleTools />}</TabRow>
      <ContainerNotices container={container} tab={tab} />
      <Tabs.Panel value="summary" className="panel" tabIndex={0}>
        <SummaryTab container={container} />
      </Tabs.Panel>
      <Tabs.Panel value="terminal" className="panel panel-console" tabIndex={-1}>
        <TerminalTab container={container} />
      </Tabs.Panel>
      <Tabs.Panel value="logs" className="panel panel-full" tabIndex={-1}>
        <LogsTab container={container} />
      </Tabs.Panel>
      <Tabs.Panel value="files" className="panel panel-full" tabIndex={-1}>
        <FilesTab container={container} />
      </Tabs.Panel>
      <Tabs.Panel value="layers" className="panel panel-full" tabIndex={-1}>
        <LayersView image={container.imageId} />
      </Tabs.Panel>
      <Tabs.Panel value="inspect" className="panel" tabIndex={0}>
        <InspectTab container={container} />
      </Tabs.Panel>
      <Tabs.Panel value="settings" className="panel" tabIndex={0}>
        <SettingsTab container={container} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
