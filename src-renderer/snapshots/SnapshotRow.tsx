import { History, MapPin } from 'lucide-react';
import { memo } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import type { SnapshotView } from '../../src-core/contract/snapshots.ts';
import { availability } from '../machines/actions.ts';
import { StateBadge } from '../machines/StateBadge.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { formatTime } from '../parts/quantities.ts';
import { askRestore } from './RestoreDialog.tsx';
import { lookAtSnapshot } from './SnapshotDialog.tsx';
import { LiveBadge, sizeText } from './SnapshotFacts.tsx';
import { SnapshotMenu } from './SnapshotMenu.tsx';
import { Thumbnail } from './Thumbnail.tsx';

interface SnapshotRowProps {
  readonly machine: MachineView;
  readonly snapshot: SnapshotView;
  /** What it is built on, by name. */
  readonly builtOn: string | undefined;
  /** The row that the keyboard is on: its buttons alone are reached with Tab. */
  readonly active: boolean;
}

export const SnapshotRow = memo(function SnapshotRow({ machine, snapshot, builtOn, active }: SnapshotRowProps) {
  const { name, note, createdAt, live, screen } = snapshot;
  const tabIndex = active ? 0 : -1;
  return (
    <>
      <button
        type="button"
        className="thumbnail-button"
        tabIndex={-1}
        aria-hidden
        onClick={() => lookAtSnapshot(machine, snapshot)}
      >
        <Thumbnail screen={screen} />
      </button>
      <div className="snapshot-text">
        <span className="snapshot-head">
          <strong className="snapshot-name">{name}</strong>
          <LiveBadge live={live} />
        </span>
        <span className="snapshot-facts">
          {formatTime(createdAt)} · {sizeText(snapshot)}
          {builtOn !== undefined && <span className="visually-hidden">, built on {builtOn}</span>}
        </span>
        {note !== '' && <span className="snapshot-note">{note}</span>}
      </div>
      <span className="snapshot-actions">
        <GuardedButton
          small
          label="Restore…"
          name={`Restore ${name}`}
          icon={History}
          tabIndex={tabIndex}
          availability={availability('restore-snapshot', [machine])}
          onClick={() => askRestore(machine, snapshot)}
        />
        <SnapshotMenu machine={machine} snapshot={snapshot} tabIndex={tabIndex} />
      </span>
    </>
  );
});

/** The present state, as the end of the line that it is built on. */
export function HereRow({ machine, builtOn }: { machine: MachineView; builtOn: string | undefined }) {
  return (
    <div className="snapshot-here">
      <span className="here-marker">
        <MapPin size={14} aria-hidden />
        You are here
      </span>
      <StateBadge state={machine.state} />
      <span className="faint">{builtOn === undefined ? 'No snapshot holds this state' : `Since ${builtOn}`}</span>
    </div>
  );
}
