import { Network, Plus } from 'lucide-react';
import { Button } from '../parts/Button.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { useInventory } from '../state/inventory.ts';
import type { Place } from '../state/place.ts';
import { askNewNetwork } from './CreateNetworkDialog.tsx';
import { sortedNetworks } from './links.ts';
import { NetworkDetail } from './NetworkDetail.tsx';
import { NetworkList } from './NetworkList.tsx';

function NoNetworks() {
  return (
    <EmptyState
      icon={Network}
      title="No networks"
      text="A network is a switch with a gateway: it gives your machines addresses, names and a way out, without any privilege on this computer."
    >
      <Button look="primary" icon={Plus} onClick={askNewNetwork}>
        New network
      </Button>
      <p className="empty-or">or, in a terminal</p>
      <CommandLine command="inn net create net-1" />
    </EmptyState>
  );
}

/** The networks that machines are connected to, and one of them as a picture. The first is open until one is chosen. */
export function NetworksPage({ place }: { place: Extract<Place, { page: 'networks' }> }) {
  const networks = sortedNetworks(useInventory((inventory) => inventory.networks));
  const open = networks.find(({ id }) => id === place.network) ?? networks[0];
  return (
    <div className="page networks-page">
      <h1 className="visually-hidden">Networks</h1>
      {open === undefined ? (
        <NoNetworks />
      ) : (
        <div className="machines-body">
          <section className="networks-list" aria-label="List of networks">
            <div className="networks-list-head">
              <Button look="primary" icon={Plus} onClick={askNewNetwork}>
                New network
              </Button>
            </div>
            <NetworkList networks={networks} openId={open.id} />
          </section>
          <NetworkDetail key={open.id} network={open} tab={place.tab} />
        </div>
      )}
    </div>
  );
}
