import { Camera } from 'lucide-react';
import { useRef } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { availability } from '../machines/actions.ts';
import { CommandLine } from '../parts/CommandLine.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { countOf } from '../parts/quantities.ts';
import { takeSnapshots } from './snapshot-actions.ts';
import { SnapshotTree } from './SnapshotTree.tsx';
import { TakeSnapshot } from './TakeSnapshot.tsx';
import { useSnapshots } from './useSnapshots.ts';

function NoSnapshots({ machine }: { machine: MachineView }) {
  return (
    <EmptyState
      icon={Camera}
      title="No snapshots yet"
      text="A snapshot holds the whole machine at one moment: its disks and, while it runs, its memory. Go back to it as often as you like."
    >
      <GuardedButton
        look="primary"
        icon={Camera}
        label="Take snapshot"
        availability={availability('snapshot', [machine])}
        onClick={() => void takeSnapshots([machine])}
      />
      <p className="empty-or">or, in a terminal</p>
      <CommandLine command={`inn vm snapshot create ${machine.name}`} />
    </EmptyState>
  );
}

/** The moments that this machine can go back to, as the tree that they grew into. */
export function SnapshotsTab({ machine }: { machine: MachineView }) {
  const snapshots = useSnapshots(machine.id);
  const scroller = useRef<HTMLDivElement>(null);
  if (snapshots === undefined) return null;
  if (snapshots.length === 0) return <NoSnapshots machine={machine} />;
  return (
    <div className="snapshots">
      <TakeSnapshot machine={machine} snapshots={snapshots} />
      <div ref={scroller} className="snapshot-scroller">
        <SnapshotTree machine={machine} snapshots={snapshots} scroller={scroller} />
      </div>
      <div className="snapshots-foot">
        <span className="faint figure">{countOf(snapshots.length, 'snapshot')}</span>
        <CommandLine command={`inn vm snapshot ls ${machine.name}`} />
      </div>
    </div>
  );
}
