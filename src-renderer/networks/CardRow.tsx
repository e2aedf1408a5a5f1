import { EthernetPort, Trash2 } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { CardView } from '../../src-core/contract/networks.ts';
import { availability } from '../machines/actions.ts';
import { useNow } from '../machines/useNow.ts';
import { CopyableText } from '../parts/CopyableText.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { SelectField } from '../parts/SelectField.tsx';
import { cardKey, useInventory } from '../state/inventory.ts';
import { CableButton } from './CableButton.tsx';
import { LinkBadge } from './LinkBadge.tsx';
import { linkState, sortedNetworks } from './links.ts';
import { moveCard, removeCard } from './network-actions.ts';
import { formatRate, rateOf } from './traffic.ts';

function Traffic({ machine, card }: { machine: MachineView; card: CardView }) {
  const samples = useInventory(({ cardHistory }) => cardHistory[cardKey(machine.id, card.slot)]);
  const { sent, received } = rateOf(samples, useNow());
  return (
    <span className="faint figure">
      ↑ {formatRate(sent)} · ↓ {formatRate(received)}
    </span>
  );
}

function NetworkChoice({ machine, card }: { machine: MachineView; card: CardView }) {
  const networks = sortedNetworks(useInventory((inventory) => inventory.networks));
  const gone = networks.every(({ id }) => id !== card.network);
  const options = networks.map(({ id, name, subnet }) => ({ value: id, label: name, detail: subnet }));
  return (
    <SelectField
      small
      label={`Network of card ${card.slot}`}
      labelHidden
      value={card.network}
      options={gone ? [...options, { value: card.network, label: card.networkName, disabled: true }] : options}
      disabled={!availability('change-connections', [machine]).can}
      onChange={(network) => void moveCard(machine, card.slot, network)}
    />
  );
}

/** A network card: where its cable goes, and what the network knows it by. */
export function CardRow({ machine, card }: { machine: MachineView; card: CardView }) {
  const running = machine.startedAt !== null;
  return (
    <li className="card-row">
      <EthernetPort size={18} aria-hidden className="faint" />
      <div className="disk-text">
        <span className="card-row-line">
          <span className="hardware-label">Card {card.slot}</span>
          <LinkBadge state={linkState(running, card.connected)} />
          {running && <Traffic machine={machine} card={card} />}
        </span>
        <span className="card-row-line">
          {card.address === null ? (
            <span className="faint">No address: its network is not there any more</span>
          ) : (
            <CopyableText text={card.address} what="The address" />
          )}
          <CopyableText text={card.mac} what="The card’s address" />
        </span>
      </div>
      <NetworkChoice machine={machine} card={card} />
      <CableButton machine={machine} slot={card.slot} connected={card.connected} />
      <GuardedButton
        small
        iconOnly
        look="quiet"
        icon={Trash2}
        label={`Remove card ${card.slot}`}
        availability={availability('change-cards', [machine])}
        onClick={() => void removeCard(machine, card)}
      />
    </li>
  );
}
