import { useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';

/** Names of containers as links to them; one that is known no more is its name alone. */
export function UserLinks({ names, none }: { names: readonly string[]; none: string }) {
  const containers = Object.values(useInventory((inventory) => inventory.containers));
  if (names.length === 0) return <span className="faint">{none}</span>;
  return (
    <span className="user-links">
      {names.map((name) => {
        const id = containers.find((container) => container.name === name)?.id;
        if (id === undefined) return <span key={name}>{name}</span>;
        return (
          <a key={name} href={placeHash({ page: 'containers', container: id, tab: 'summary' })}>
            {name}
          </a>
        );
      })}
    </span>
  );
}
