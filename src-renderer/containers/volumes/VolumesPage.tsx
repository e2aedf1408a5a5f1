import { Brush, HardDrive, Plus, SearchX, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { VolumeView } from '../../../src-core/contract/containers.ts';
import { Button } from '../../parts/Button.tsx';
import { CommandLine } from '../../parts/CommandLine.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { GuardedButton } from '../../parts/GuardedButton.tsx';
import { SearchBox } from '../../parts/list-tools.tsx';
import { formatBytes, formatTime } from '../../parts/quantities.ts';
import { Table } from '../../parts/Table.tsx';
import { useInventory } from '../../state/inventory.ts';
import { ContainerNav } from '../ContainerNav.tsx';
import { UserLinks } from '../UserLinks.tsx';
import { useVolumeSizes } from './useVolumeSizes.ts';
import { askNewVolume } from './CreateVolumeDialog.tsx';
import { askPruneVolumes, askRemoveVolume, removal } from './volume-actions.ts';

function NoVolumes() {
  return (
    <EmptyState
      icon={HardDrive}
      title="No volumes yet"
      text="A volume keeps what containers write, when they are deleted and made anew."
    >
      <Button look="primary" icon={Plus} onClick={askNewVolume}>
        New volume
      </Button>
      <p className="empty-or">or, in a terminal</p>
      <CommandLine command="inn ctr volume create data" />
    </EmptyState>
  );
}

function VolumeRow({ volume, usedBytes }: { volume: VolumeView; usedBytes: number | undefined }) {
  const { name, usedBy, node, createdAt } = volume;
  const isUp = useInventory((inventory) => inventory.nodes[node.id]?.state === 'ready');
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td className="number">
        {usedBytes === undefined ? (
          <span className="faint">{isUp ? 'Not measured yet' : 'Its node sleeps'}</span>
        ) : (
          formatBytes(usedBytes)
        )}
      </td>
      <td>
        <UserLinks names={usedBy} none="Nobody" />
      </td>
      <td>{node.name}</td>
      <td className="figure">{formatTime(createdAt)}</td>
      <td>
        <span className="row-actions">
          <GuardedButton
            iconOnly
            look="quiet"
            icon={Trash2}
            label={`Delete volume ${name}`}
            availability={removal(volume)}
            onClick={() => askRemoveVolume(volume)}
          />
        </span>
      </td>
    </tr>
  );
}

const COLUMNS = [
  { label: 'Volume' },
  { label: 'Used', isNumber: true },
  { label: 'Mounted by' },
  { label: 'Node' },
  { label: 'Created' },
  { label: 'Actions', isHidden: true },
];

function VolumeTable({ volumes }: { volumes: readonly VolumeView[] }) {
  const sizes = useVolumeSizes();
  return (
    <Table columns={COLUMNS}>
      {volumes.map((volume) => (
        <VolumeRow key={volume.name} volume={volume} usedBytes={sizes.get(volume.name)} />
      ))}
    </Table>
  );
}

/** What outlives containers. */
export function VolumesPage() {
  const volumes = Object.values(useInventory((inventory) => inventory.volumes));
  const [sought, setSought] = useState('');
  const unused = volumes.filter(({ usedBy }) => usedBy.length === 0);
  const found = volumes
    .filter(({ name, usedBy }) => [name, ...usedBy].join(' ').toLowerCase().includes(sought.toLowerCase()))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return (
    <div className="page">
      <h1 className="visually-hidden">Volumes</h1>
      <ContainerNav page="volumes" />
      {volumes.length > 0 && (
        <div className="toolbar" role="toolbar" aria-label="Volumes">
          <Button look="primary" icon={Plus} onClick={askNewVolume}>
            New volume
          </Button>
          <GuardedButton
            look="quiet"
            icon={Brush}
            label="Clean up…"
            availability={
              unused.length === 0 ? { can: false, why: 'Every volume is mounted by a container.' } : { can: true }
            }
            onClick={() => askPruneVolumes(unused)}
          />
          <span className="toolbar-gap" />
          <SearchBox label="Search volumes" value={sought} onChange={setSought} />
        </div>
      )}
      <div className="page-body">
        {volumes.length === 0 ? (
          <NoVolumes />
        ) : found.length === 0 ? (
          <EmptyState icon={SearchX} title="No volume matches">
            <Button onClick={() => setSought('')}>Show all volumes</Button>
          </EmptyState>
        ) : (
          <VolumeTable volumes={found} />
        )}
      </div>
    </div>
  );
}
