import type { MachineView } from '../../src-core/contract/machines.ts';
import { placeHash } from '../state/place.ts';
import { useSnapshots } from '../snapshots/useSnapshots.ts';
import { countOf } from '../parts/quantities.ts';
import { Fact } from './Fact.tsx';

/** The snapshot that the present state is built on, and a way to all of them. */
export function SnapshotFact({ machine }: { machine: MachineView }) {
  const snapshots = useSnapshots(machine.id);
  if (snapshots === undefined || snapshots.length === 0) return null;
  const current = snapshots.find(({ id }) => id === machine.currentSnapshot);
  const href = placeHash({ page: 'machines', machine: machine.id, tab: 'snapshots' });
  return (
    <Fact label="Snapshots">
      <a href={href}>{countOf(snapshots.length, 'snapshot')}</a>
      {current !== undefined && `, present state since ${current.name}`}
    </Fact>
  );
}
