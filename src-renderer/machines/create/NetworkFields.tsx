import { MOST_CARDS, type NetworkView } from '../../../src-core/contract/networks.ts';
import { isDefault, sortedNetworks } from '../../networks/links.ts';
import { Tick } from '../../parts/Tick.tsx';
import { countOf } from '../../parts/quantities.ts';
import { useInventory } from '../../state/inventory.ts';

interface NetworkFieldsProps {
  /** Ids; null: the default network. */
  readonly networks: readonly string[] | null;
  onChange(networks: readonly string[]): void;
}

function hintFor({ subnet, internal }: NetworkView): string {
  return internal ? `${subnet}, no way out` : subnet;
}

/** The networks that the machine gets a card on. */
export function NetworkFields({ networks, onChange }: NetworkFieldsProps) {
  const known = sortedNetworks(useInventory((inventory) => inventory.networks));
  const chosen = networks ?? known.filter(isDefault).map(({ id }) => id);
  function toggle(id: string, on: boolean): void {
    onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  }
  return (
    <fieldset className="network-fields">
      <legend className="field-label">Networks</legend>
      {known.map((network) => {
        const on = chosen.includes(network.id);
        const full = !on && chosen.length >= MOST_CARDS;
        return (
          <Tick
            key={network.id}
            checked={on}
            disabled={full}
            hint={full ? `A machine has at most ${MOST_CARDS} cards` : hintFor(network)}
            onChange={(checked) => toggle(network.id, checked)}
          >
            {network.name}
          </Tick>
        );
      })}
      <p className="field-hint">
        {chosen.length === 0
          ? 'No network card: nobody reaches it, and it reaches nobody.'
          : `${countOf(chosen.length, 'network card')}.`}
      </p>
    </fieldset>
  );
}
