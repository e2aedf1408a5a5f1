import { CircleAlert, Hourglass } from 'lucide-react';
import type { MachineEnd, MachineView } from '../../src-core/contract/machines.ts';
import { Button } from '../parts/Button.tsx';
import { copyText } from '../parts/clipboard.ts';
import { FailureNotice } from '../parts/Failure.tsx';
import { perform } from './actions.ts';

function StopOverdue({ machine }: { machine: MachineView }) {
  return (
    <div className="notice notice-waiting" role="status">
      <Hourglass size={18} aria-hidden className="notice-icon" />
      <div className="notice-text">
        <p className="notice-title">The guest was asked to power off and has not done so</p>
        <p>Forcing it off is like pulling the plug: what the guest has not written is lost.</p>
        <div className="notice-actions">
          <Button small look="danger" onClick={() => perform('kill', [machine])}>
            Force power off
          </Button>
          <Button small onClick={() => perform('stop', [machine])}>
            Ask again
          </Button>
        </div>
      </div>
    </div>
  );
}

function endText({ kind, cause }: MachineEnd): string {
  if (kind === 'interrupted') return 'Innkeeper ended while this machine was running';
  return cause ?? 'The guest cannot run on';
}

function EndedBadly({ machine, end }: { machine: MachineView; end: MachineEnd }) {
  const text = endText(end);
  return (
    <div className="notice notice-failed" role="alert">
      <CircleAlert size={18} aria-hidden className="notice-icon" />
      <div className="notice-text">
        <p className="notice-title">{text}</p>
        <p>
          {end.kind === 'interrupted'
            ? 'It was cut off as by a power failure. Start it to let it boot again.'
            : 'Its console shows what came before. Start it to boot it again.'}
        </p>
        <div className="notice-actions">
          <Button small onClick={() => perform('start', [machine])}>
            Start
          </Button>
          <Button small look="quiet" onClick={() => void copyText(`${machine.name}: ${text}`, 'The cause')}>
            Copy
          </Button>
        </div>
      </div>
    </div>
  );
}

/** What the person should know about this machine now, above whichever tab is open. */
export function MachineNotices({ machine }: { machine: MachineView }) {
  const { failure, stopOverdue, state, lastEnd } = machine;
  const endedBadly =
    lastEnd !== null && (state === 'failed' || (state === 'stopped' && lastEnd.kind === 'interrupted'));
  return (
    <>
      {failure && (
        <FailureNotice failure={failure}>
          <Button small onClick={() => perform('start', [machine])}>
            Try again
          </Button>
        </FailureNotice>
      )}
      {stopOverdue && <StopOverdue machine={machine} />}
      {endedBadly && failure === null && <EndedBadly machine={machine} end={lastEnd} />}
    </>
  );
}
