import { Tabs } from '@base-ui/react/tabs';
import { Plus } from 'lucide-react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { Button } from '../parts/Button.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { TabRow } from '../parts/TabRow.tsx';
import { goToNetwork, type NetworkTab } from '../state/place.ts';
import { askConnect } from './ConnectDialog.tsx';
import { ConditionsTab } from './ConditionsTab.tsx';
import { ForwardsTab } from './ForwardsTab.tsx';
import { GuestsTab } from './GuestsTab.tsx';
import { OverviewTab } from './OverviewTab.tsx';
import { PacketsTab } from './PacketsTab.tsx';
import { SettingsTab } from './SettingsTab.tsx';

const TAB_LABELS: Record<NetworkTab, string> = {
  overview: 'Overview',
  guests: 'Guests',
  forwards: 'Forwards',
  conditions: 'Conditions',
  packets: 'Packets',
  settings: 'Settings',
};

export function NetworkDetail({ network, tab }: { network: NetworkView; tab: NetworkTab }) {
  return (
    <Tabs.Root
      className="detail"
      value={tab}
      onValueChange={(value: NetworkTab) => goToNetwork(network.id, value)}
      render={<section aria-label={`Network ${network.name}`} />}
    >
      <header className="detail-head">
        <h2 className="detail-title">{network.name}</h2>
        <code className="faint">{network.subnet}</code>
        <span className="toolbar-gap" />
        <Button small icon={Plus} onClick={() => askConnect(network)}>
          Connect a machine…
        </Button>
      </header>
      {network.failure && <FailureNotice failure={network.failure} />}
      <TabRow labels={TAB_LABELS} />
      <Tabs.Panel value="overview" className="panel panel-overview" tabIndex={-1}>
        <OverviewTab network={network} />
      </Tabs.Panel>
      <Tabs.Panel value="guests" className="panel" tabIndex={0}>
        <GuestsTab network={network} />
      </Tabs.Panel>
      <Tabs.Panel value="forwards" className="panel" tabIndex={0}>
        <ForwardsTab network={network} />
      </Tabs.Panel>
      <Tabs.Panel value="conditions" className="panel" tabIndex={0}>
        <ConditionsTab network={network} />
      </Tabs.Panel>
      <Tabs.Panel value="packets" className="panel panel-packets" tabIndex={-1}>
        <PacketsTab network={network} />
      </Tabs.Panel>
      <Tabs.Panel value="settings" className="panel" tabIndex={0}>
        <SettingsTab network={network} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
