import { Container, Keyboard, type LucideIcon, Monitor, Network, Package, Server, Settings } from 'lucide-react';
import { Hint } from '../parts/Button.tsx';
import { type Place, placeHash } from '../state/place.ts';
import { keyText } from './keys.ts';
import { windowCommands } from './window-commands.ts';

interface RailItem {
  readonly page: 'machines' | 'containers' | 'images' | 'networks' | 'host' | 'settings';
  readonly label: string;
  readonly icon: LucideIcon;
}

const PAGES: readonly RailItem[] = [
  { page: 'machines', label: 'Machines', icon: Monitor },
  { page: 'containers', label: 'Containers', icon: Container },
  { page: 'images', label: 'Images', icon: Package },
  { page: 'networks', label: 'Networks', icon: Network },
  { page: 'host', label: 'Host', icon: Server },
];

function targetOf(page: RailItem['page']): Place {
  if (page === 'machines') return { page, machine: null, tab: 'summary' };
  if (page === 'containers') return { page, container: null, tab: 'summary' };
  return page === 'networks' ? { page, network: null, tab: 'overview' } : { page };
}

/** Pages that have no place of their own on the rail, and whose it is. */
const BELONGS: Partial<Record<Place['page'], RailItem['page']>> = {
  'new-machine': 'machines',
  'new-container': 'containers',
  volumes: 'containers',
  nodes: 'containers',
  'container-images': 'images',
  build: 'images',
};

function RailLink({ item, place }: { item: RailItem; place: Place }) {
  const { page, label, icon: Icon } = item;
  const current = (BELONGS[place.page] ?? place.page) === page;
  const target = targetOf(page);
  return (
    <a className="rail-link" href={placeHash(target)} aria-current={current ? 'page' : undefined}>
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      <span className="rail-label">{label}</span>
    </a>
  );
}

export function Rail({ place }: { place: Place }) {
  return (
    <nav className="rail" aria-label="Pages">
      {PAGES.map((item) => (
        <RailLink key={item.page} item={item} place={place} />
      ))}
      <span className="rail-gap" />
      <Hint text="All keys" keys={keyText('?')}>
        <button type="button" className="rail-link" onClick={windowCommands.shortcuts}>
          <Keyboard size={20} strokeWidth={1.75} aria-hidden />
          <span className="rail-label">Keys</span>
        </button>
      </Hint>
      <RailLink item={{ page: 'settings', label: 'Settings', icon: Settings }} place={place} />
    </nav>
  );
}
