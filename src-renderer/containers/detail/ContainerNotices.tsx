import { CircleAlert, HeartPulse, Hourglass } from 'lucide-react';
import type { ContainerEnd, ContainerView } from '../../../src-core/contract/containers.ts';
import { useNow } from '../../machines/useNow.ts';
import { Button } from '../../parts/Button.tsx';
import { copyText } from '../../parts/clipboard.ts';
import { FailureNotice } from '../../parts/Failure.tsx';
import { formatBytes, formatDuration } from '../../parts/quantities.ts';
import type { ContainerTab } from '../../state/container-places.ts';
import { goToContainer } from '../../state/place.ts';
import { perform } from '../actions.ts';
import { endedBadly, endWords } from '../states.ts';

/** What happened, and what one does about it. */
function endTexts({ kind, exitStatus, cause }: ContainerEnd, container: ContainerView): readonly [string, string] {
  const limit = container.limits.memoryBytes;
  switch (kind) {
    case 'out-of-memory':
      return [
        'It needed more memory than it may have, and the kernel ended it',
        limit === null
          ? 'Give it a limit of its own, or its node more memory.'
          : `It may have ${formatBytes(limit)}. Raise the limit in its settings, or find out in its log what it did.`,
      ];
    case 'node-lost':
      return ['The node that it ran on is gone', 'Start it, and another node takes it.'];
    case 'interrupted':
      return ['Innkeeper ended while this container was running', 'Start it to let it run again.'];
    case 'not-started':
      return [cause ?? 'Its process could not be started', 'Change what it runs, or look at the image’s settings.'];
    default:
      return [cause ?? `Its process ended with the status ${exitStatus ?? '?'}`, 'Its log shows what it printed last.'];
  }
}

function EndedBadly({ container, end }: { container: ContainerView; end: ContainerEnd }) {
  const [title, text] = endTexts(end, container);
  return (
    <div className="notice notice-failed" role="alert">
      <CircleAlert size={18} aria-hidden className="notice-icon" />
      <div className="notice-text">
        <p className="notice-title">{title}</p>
        <p>{text}</p>
        <div className="notice-actions">
          <Button small onClick={() => perform('start', [container])}>
            Start
          </Button>
          <Button small onClick={() => goToContainer(container.id, 'logs')}>
            Show its log
          </Button>
          {end.kind === 'out-of-memory' && (
            <Button small onClick={() => goToContainer(container.id, 'settings')}>
              Change the limit
            </Button>
          )}
          <Button
            small
            look="quiet"
            onClick={() => void copyText(`${container.name}: ${endWords(end)}: ${title}`, 'The cause')}
          >
            Copy
          </Button>
        </div>
      </div>
    </div>
  );
}

function Unhealthy({ container }: { container: ContainerView }) {
  const output = container.healthOutput?.trim() ?? '';
  return (
    <div className="notice notice-failed" role="alert">
      <HeartPulse size={18} aria-hidden className="notice-icon" />
      <div className="notice-text">
        <p className="notice-title">Its health check fails</p>
        {output !== '' && <pre className="notice-output">{output}</pre>}
        <div className="notice-actions">
          <Button small onClick={() => perform('restart', [container])}>
            Restart
          </Button>
          <Button small onClick={() => goToContainer(container.id, 'logs')}>
            Show its log
          </Button>
        </div>
      </div>
    </div>
  );
}

function Waiting({ container, until }: { container: ContainerView; until: number }) {
  const now = useNow();
  const { lastEnd, restarts } = container;
  return (
    <div className="notice notice-waiting" role="status">
      <Hourglass size={18} aria-hidden className="notice-icon" />
      <div className="notice-text">
        <p className="notice-title">
          {lastEnd === null ? 'It has ended' : endWords(lastEnd)}, and starts again in{' '}
          {formatDuration(until - now + 999)}
        </p>
        <p>
          Its restart policy wants it so.{' '}
          {restarts > 0 && `It was started again ${restarts === 1 ? 'once' : `${restarts} times`} already.`}
        </p>
        <div className="notice-actions">
          <Button small onClick={() => perform('stop', [container])}>
            Stop trying
          </Button>
          <Button small onClick={() => goToContainer(container.id, 'logs')}>
            Show its log
          </Button>
        </div>
      </div>
    </div>
  );
}

/** What the person should know about this container now, above whichever tab is open. */
export function ContainerNotices({ container, tab }: { container: ContainerView; tab: ContainerTab }) {
  const { failure, state, lastEnd, health, nextStartAt } = container;
  if (failure !== null) {
    return (
      <FailureNotice failure={failure}>
        {(state === 'exited' || state === 'created') && (
          <Button small onClick={() => perform('start', [container])}>
            Try again
          </Button>
        )}
      </FailureNotice>
    );
  }
  if (state === 'restarting' && nextStartAt !== null) return <Waiting container={container} until={nextStartAt} />;
  // A terminal and a log show by themselves how it came to that.
  const isShown = tab === 'summary' || tab === 'settings';
  if (isShown && state === 'exited' && lastEnd !== null && endedBadly(lastEnd)) {
    return <EndedBadly container={container} end={lastEnd} />;
  }
  if (isShown && state === 'running' && health === 'unhealthy') return <Unhealthy container={container} />;
  return null;
}
