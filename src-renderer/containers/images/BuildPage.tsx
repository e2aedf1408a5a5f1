import { ArrowLeft, Play } from 'lucide-react';
import { terminalOf, useConsoles } from '../../consoles/consoles.ts';
import { type TerminalSource, terminalStream } from '../../consoles/terminal-source.ts';
import { TerminalView } from '../../consoles/TerminalView.tsx';
import { Button, IconButton } from '../../parts/Button.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { useInventory } from '../../state/inventory.ts';
import { go, goToContainerImage } from '../../state/place.ts';
import { service } from '../../state/session.ts';
import { TaskCard } from '../../tasks/TaskCard.tsx';
import { askBuildAgain } from './BuildDialog.tsx';

const keyOf = (task: string) => `build ${task}`;

function buildSource(task: string): TerminalSource {
  return {
    doing: 'follow the build',
    linesOnly: true,
    readOnly: true,
    open: async () => {
      const stream = await service().containers.buildLog({ task });
      return terminalStream(stream, {
        replayBytes: 0,
        resize: () => undefined,
        ended: stream.result.then(() => null),
      });
    },
  };
}

function BuildLog({ task }: { task: string }) {
  const key = keyOf(task);
  const status = useConsoles((statuses) => statuses[key]);
  const session = terminalOf(key, null, () => buildSource(task));
  return (
    <TerminalView session={session}>
      {status?.kind === 'detached' && status.failure && (
        <FailureNotice failure={status.failure}>
          <Button small onClick={() => void session.attach()}>
            Try again
          </Button>
        </FailureNotice>
      )}
    </TerminalView>
  );
}

/** What the steps of a build print, live; how it ended stands above it. */
export function BuildPage({ task: id }: { task: string }) {
  const task = useInventory(({ tasks }) => tasks[id]);
  const image = task?.state === 'done' && task.subject?.kind === 'container-image' ? task.subject.id : null;
  return (
    <div className="page">
      <header className="page-head">
        <IconButton icon={ArrowLeft} label="Back to the images" onClick={() => goToContainerImage(null)} />
        <h1 className="page-title">{task?.title ?? 'Build'}</h1>
        <span className="toolbar-gap" />
        {image !== null && (
          <Button look="primary" icon={Play} onClick={() => go({ page: 'new-container', image })}>
            New container
          </Button>
        )}
        {task !== undefined && task.state !== 'running' && <Button onClick={askBuildAgain}>Build again…</Button>}
      </header>
      {task && (
        <div className="build-task">
          <TaskCard task={task} />
        </div>
      )}
      <div className="build-log">
        <BuildLog key={id} task={id} />
      </div>
    </div>
  );
}
