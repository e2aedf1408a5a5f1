import { CircleAlert, Gauge, Globe, GlobeLock, Laptop, Lock } from 'lucide-react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { countOf } from '../parts/quantities.ts';
import { currentPlace, placeHash } from '../state/place.ts';
import { conditionsText, presetOf } from './conditions.ts';
import { guestCount } from './links.ts';

function Marks({ network }: { network: NetworkView }) {
  const { internal, reachesHost, conditions, failure } = network;
  const poor = conditionsText(conditions);
  return (
    <span className="network-marks">
      {failure && (
        <span className="state state-failed" title={failure.because}>
          <CircleAlert size={12} aria-hidden /> Failed
        </span>
      )}
      {internal && (
        <span className="state state-stopped">
          <Lock size={12} aria-hidden /> Internal
        </span>
      )}
      {reachesHost && (
        <span className="state state-paused">
          <Laptop size={12} aria-hidden /> Reaches this computer
        </span>
      )}
      {poor !== null && (
        <span className="state state-paused" title={poor}>
          <Gauge size={12} aria-hidden /> {presetOf(conditions)?.name ?? poor}
        </span>
      )}
    </span>
  );
}

function NetworkRow({ network, open }: { network: NetworkView; open: boolean }) {
  const { id, name, subnet } = network;
  const place = currentPlace();
  const tab = place.page === 'networks' ? place.tab : 'overview';
  const Icon = network.internal ? GlobeLock : Globe;
  return (
    <li>
      <a
        className="network-row"
        href={placeHash({ page: 'networks', network: id, tab })}
        aria-current={open ? 'true' : undefined}
      >
        <Icon size={18} strokeWidth={1.5} aria-hidden className="faint" />
        <span className="network-row-text">
          <span className="network-row-name">{name}</span>
          <span className="faint figure">
            {subnet} · {countOf(guestCount(network), 'guest')}
          </span>
          <Marks network={network} />
        </span>
      </a>
    </li>
  );
}

interface NetworkListProps {
  readonly networks: readonly NetworkView[];
  readonly openId: string | null;
}

export function NetworkList({ networks, openId }: NetworkListProps) {
  return (
    <ul className="network-rows">
      {networks.map((network) => (
        <NetworkRow key={network.id} network={network} open={network.id === openId} />
      ))}
    </ul>
  );
}
