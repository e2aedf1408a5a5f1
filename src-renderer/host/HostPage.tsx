import { Server } from 'lucide-react';
import type { HostView } from '../../src-core/contract/host.ts';
import { CommandLine } from '../parts/CommandLine.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { useInventory } from '../state/inventory.ts';
import { ComparisonSection } from './ComparisonSection.tsx';
import { HostCharts } from './HostCharts.tsx';
import { NetworkUse } from './NetworkUse.tsx';
import { Ports } from './Ports.tsx';
import { ResourceCard } from './ResourceCard.tsx';
import { RESOURCES } from './resources.ts';
import { Shares } from './Shares.tsx';

function Host({ host }: { host: HostView }) {
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1 className="page-title">{host.name}</h1>
          <p className="page-text">
            {host.system} · {host.processorModel}
          </p>
        </div>
      </header>
      <div className="page-body stack">
        <div className="resources">
          {RESOURCES.map((resource) => (
            <ResourceCard key={resource.key} resource={resource} host={host} />
          ))}
        </div>
        <HostCharts host={host} />
        <Shares host={host} />
        <NetworkUse />
        <Ports ports={host.network.ports} />
        <ComparisonSection />
        <CommandLine command="inn host" />
      </div>
    </div>
  );
}

/** What this computer has, what of it is promised to which guest, and what is used: live. */
export function HostPage() {
  const host = useInventory((inventory) => inventory.host);
  if (host === null) return <EmptyState icon={Server} title="Measuring this computer …" />;
  return <Host host={host} />;
}
