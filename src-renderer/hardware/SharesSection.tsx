import { CircleAlert, CircleCheck, FolderOpen, FolderSync, FolderX, Plus } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { MOST_SHARES, type ShareView } from '../../src-core/contract/shares.ts';
import { availability } from '../machines/actions.ts';
import { isOn } from '../machines/states.ts';
import { Button } from '../parts/Button.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { Section } from '../parts/Section.tsx';
import { NeedsStop } from './NeedsStop.tsx';
import { askShare } from './AddShareDialog.tsx';
import { removeShare } from './hardware-actions.ts';

/** Whether the guest has it, or what stands in the way. */
function ShareState({ machine, share }: { machine: MachineView; share: ShareView }) {
  if (share.failure !== null) {
    return (
      <span className="state state-failed share-failure">
        <CircleAlert size={14} aria-hidden />
        {share.failure.because}
        {share.failure.hint !== undefined && `. ${share.failure.hint}`}
      </span>
    );
  }
  if (share.mounted) {
    return (
      <span className="state state-running">
        <CircleCheck size={14} aria-hidden />
        In the guest now
      </span>
    );
  }
  return (
    <span className="state state-stopped">
      <FolderSync size={14} aria-hidden />
      {isOn(machine.state) ? 'Not in the guest yet: restart the machine' : 'Comes with the next start'}
    </span>
  );
}

function ShareRow({ machine, share }: { machine: MachineView; share: ShareView }) {
  const { hostDirectory, guestDirectory, readOnly } = share;
  return (
    <li className="disk-row">
      <FolderOpen size={18} aria-hidden className="faint" />
      <div className="disk-text">
        <span className="row row-tight share-paths">
          <code>{hostDirectory}</code>
          <span className="faint">as</span>
          <code>{guestDirectory}</code>
          <span className="faint">{readOnly ? 'read-only' : 'read and write'}</span>
        </span>
        <ShareState machine={machine} share={share} />
      </div>
      <GuardedButton
        small
        icon={FolderX}
        label="Stop sharing"
        name={`Stop sharing ${guestDirectory}`}
        availability={availability('change-shares', [machine])}
        onClick={() => void removeShare(machine, share)}
      />
    </li>
  );
}

/** Folders of this computer that the guest has as its own. */
export function SharesSection({ machine }: { machine: MachineView }) {
  const { shares } = machine;
  const now = availability('change-shares', [machine]);
  return (
    <Section
      title="Shared folders"
      text="Folders of this computer inside the guest. The guest reaches nothing outside them."
      actions={
        <Button small icon={Plus} disabled={shares.length >= MOST_SHARES || !now.can} onClick={() => askShare(machine)}>
          Share a folder
        </Button>
      }
    >
      {shares.length === 0 ? (
        <p className="section-empty">The guest sees nothing of this computer’s files.</p>
      ) : (
        <ul className="hardware">
          {shares.map((share) => (
            <ShareRow key={share.slot} machine={machine} share={share} />
          ))}
        </ul>
      )}
      <NeedsStop machine={machine} change="change-shares" what="its shared folders" />
    </Section>
  );
}
