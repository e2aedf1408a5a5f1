import { Monitor, Plus } from 'lucide-react';
import { useState } from 'react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { Button } from '../parts/Button.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { askConnect } from './ConnectDialog.tsx';
import { ContainerGuestDetails } from './ContainerGuestDetails.tsx';
import { GuestDetails } from './GuestDetails.tsx';
import { guestCount, guestKey } from './links.ts';
import { Picture } from './Picture.tsx';

/** The network as a picture, and what one points at in words. */
export function OverviewTab({ network }: { network: NetworkView }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const guest = network.guests.find((known) => guestKey(known) === chosen);
  const container = network.containers?.find(({ id }) => id === chosen);
  return (
    <div className="overview">
      <div className="overview-picture">
        <Picture network={network} chosen={chosen} choose={setChosen} />
        {guestCount(network) === 0 && (
          <div className="overview-empty">
            <Monitor size={24} strokeWidth={1.5} aria-hidden />
            <p>No machine has a cable to this network.</p>
            <Button look="primary" icon={Plus} onClick={() => askConnect(network)}>
              Connect a machine…
            </Button>
            <p className="empty-or">or, in a terminal</p>
            <CommandLine command={`inn vm create first --image debian-13-tiny --network ${network.name}`} />
          </div>
        )}
      </div>
      {guest && <GuestDetails network={network} guest={guest} close={() => setChosen(null)} />}
      {container && <ContainerGuestDetails container={container} close={() => setChosen(null)} />}
    </div>
  );
}
