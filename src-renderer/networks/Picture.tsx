import { Container, EthernetPort, Globe, Laptop, Router } from 'lucide-react';
import { useRef } from 'react';
import type { NetworkView } from '../../src-core/contract/networks.ts';
import { useNow } from '../machines/useNow.ts';
import { countOf } from '../parts/quantities.ts';
import { useInventory } from '../state/inventory.ts';
import { LINK_LOOKS } from './links.ts';
import { type PictureGuest, pictureGuests } from './picture-guests.ts';
import {
  GATEWAY_HEIGHT,
  GATEWAY_WIDTH,
  GUEST_HEIGHT,
  GUEST_WIDTH,
  pictureLayout,
  SWITCH_WIDTH,
} from './picture-layout.ts';
import { PictureLines } from './PictureLines.tsx';
import { formatRate } from './traffic.ts';
import { useWidth } from './useWidth.ts';

interface PictureProps {
  readonly network: NetworkView;
  /** Key of the guest whose details are shown. */
  readonly chosen: string | null;
  choose(key: string | null): void;
}

interface GuestBoxProps {
  readonly guest: PictureGuest;
  readonly chosen: boolean;
  readonly left: number;
  readonly top: number;
  choose(): void;
}

function spoken({ name, kind, address, state, rate }: PictureGuest): string {
  const traffic = `sends ${formatRate(rate.sent)}, receives ${formatRate(rate.received)}`;
  const what = kind === 'container' ? 'container' : null;
  return [name, what, address ?? 'no address', LINK_LOOKS[state].word, state === 'up' ? traffic : null]
    .filter((part) => part !== null)
    .join(', ');
}

function GuestBox({ guest, chosen, left, top, choose }: GuestBoxProps) {
  const { name, kind, address, state } = guest;
  const { icon, tone } = LINK_LOOKS[state];
  const Icon = kind === 'container' ? Container : icon;
  return (
    <button
      type="button"
      className="picture-guest"
      data-state={state}
      aria-label={spoken(guest)}
      aria-pressed={chosen}
      style={{ left, top, width: GUEST_WIDTH, height: GUEST_HEIGHT }}
      onClick={choose}
    >
      <span className="picture-guest-text">
        <span className="picture-guest-name">{name}</span>
        <code>{address ?? 'no address'}</code>
      </span>
      <Icon size={16} aria-hidden className={`state-${tone}`} />
    </button>
  );
}

/** What the picture says, in one sentence. */
function summary({ name, gateway, internal, reachesHost }: NetworkView, guests: readonly PictureGuest[]): string {
  const plugged = guests.filter(({ state }) => state === 'up').length;
  const way = internal ? 'no way out' : 'the outside world behind it';
  return `${name}: gateway ${gateway} with ${way}${reachesHost ? ', and this computer' : ''}; ${plugged} of ${countOf(guests.length, 'guest')} connected now.`;
}

function flowWords({ flows }: NetworkView): string {
  if (flows === null) return 'idle';
  return countOf(flows.tcp + flows.udp + flows.echo, 'flow');
}

/** Who is connected to what, and what goes over the lines. */
export function Picture({ network, chosen, choose }: PictureProps) {
  const box = useRef<HTMLElement>(null);
  const width = useWidth(box);
  const { cardHistory, containerHistory } = useInventory();
  const guests = pictureGuests(network, { cardHistory, containerHistory }, useNow());
  const layout = pictureLayout(width, guests.length, network.internal);
  const toggle = (key: string) => choose(key === chosen ? null : key);
  const lines = guests.map(({ key, state, rate }) => ({
    ...{ key, state, rate },
    chosen: key === chosen,
    choose: () => toggle(key),
  }));
  const busy = lines.some(({ rate }) => rate.sent + rate.received >= 1) && (network.flows?.tcp ?? 0) > 0;
  const { spineX, worldY, gatewayY, switchTop } = layout;
  return (
    <figure className="picture" ref={box} aria-label={`Picture of network ${network.name}`}>
      <figcaption className="visually-hidden">{summary(network, guests)}</figcaption>
      {width > 0 && (
        <div className="picture-plane" style={{ height: layout.height }}>
          <PictureLines layout={layout} lines={lines} internal={network.internal} busy={busy} />
          {!network.internal && (
            <span className="picture-world" style={{ left: spineX, top: worldY }}>
              <Globe size={16} aria-hidden />
              Outside world
            </span>
          )}
          <div
            className="picture-gateway"
            style={{
              left: spineX - GATEWAY_WIDTH / 2,
              top: gatewayY - GATEWAY_HEIGHT / 2,
              width: GATEWAY_WIDTH,
              height: GATEWAY_HEIGHT,
            }}
          >
            <Router size={20} strokeWidth={1.5} aria-hidden />
            <span className="picture-guest-text">
              <span className="picture-guest-name">Gateway</span>
              <code>{network.gateway}</code>
            </span>
            <span className="picture-flows">{flowWords(network)}</span>
          </div>
          {network.reachesHost && (
            <span className="picture-host" style={{ left: spineX + GATEWAY_WIDTH / 2 + 8, top: gatewayY }}>
              <Laptop size={16} aria-hidden />
              This computer: host.inn
            </span>
          )}
          <span
            className="picture-switch"
            style={{ left: spineX - SWITCH_WIDTH / 2, top: switchTop, width: SWITCH_WIDTH }}
          >
            <EthernetPort size={18} strokeWidth={1.5} aria-hidden />
            <span className="visually-hidden">Switch</span>
          </span>
          {guests.map((guest, index) => {
            const place = layout.guests[index];
            const line = lines[index];
            if (place === undefined || line === undefined) return null;
            return (
              <GuestBox
                key={line.key}
                guest={guest}
                chosen={line.chosen}
                left={place.x}
                top={place.y - GUEST_HEIGHT / 2}
                choose={line.choose}
              />
            );
          })}
        </div>
      )}
    </figure>
  );
}
