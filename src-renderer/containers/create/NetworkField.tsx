import { isDefault, sortedNetworks } from '../../networks/links.ts';
import { SelectField } from '../../parts/SelectField.tsx';
import { useInventory } from '../../state/inventory.ts';

interface NetworkFieldProps {
  /** Id; null: none; undefined: the default one. */
  readonly network: string | null | undefined;
  onChange(network: string | null): void;
}

const NONE = '_none';

/** The network that the container has an address on. */
export function NetworkField({ network, onChange }: NetworkFieldProps) {
  const known = sortedNetworks(useInventory((inventory) => inventory.networks));
  const options = [
    ...known.map(({ id, name, subnet, internal }) => ({
      value: id,
      label: name,
      detail: internal ? `${subnet}, no way out` : subnet,
    })),
    { value: NONE, label: 'None', detail: 'It reaches nobody, and nobody reaches it' },
  ];
  const value = network === undefined ? (known.find(isDefault)?.id ?? null) : (network ?? NONE);
  return (
    <SelectField
      label="Network"
      value={value}
      options={options}
      onChange={(chosen) => onChange(chosen === NONE ? null : chosen)}
    />
  );
}
