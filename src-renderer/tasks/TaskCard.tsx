import { Progress } from '@base-ui/react/progress';
import { ArrowRight, Ban, CircleAlert, CircleCheck, LoaderCircle, X } from 'lucide-react';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { Button, IconButton } from '../parts/Button.tsx';
import { FailureActions } from '../parts/Failure.tsx';
import { failureTitle } from '../parts/failure-text.ts';
import { formatDuration, formatPercent } from '../parts/quantities.ts';
import { cancelTask, dismissTask, goToSubject, hasSubject } from './task-actions.ts';

const ICONS = { running: LoaderCircle, done: CircleCheck, failed: CircleAlert, cancelled: Ban };
const WORDS = { running: 'Running', done: 'Done', failed: 'Failed', cancelled: 'Cancelled' };

/** "Downloading linux-image 42 %" */
export function phaseText({ phase, fraction }: TaskView): string {
  return fraction === null ? phase : `${phase} ${formatPercent(fraction)}`;
}

function Running({ task }: { task: TaskView }) {
  return (
    <Progress.Root
      className="progress"
      value={task.fraction === null ? null : task.fraction * 100}
      aria-label={task.title}
      getAriaValueText={() => phaseText(task)}
    >
      <Progress.Track className="progress-track">
        <Progress.Indicator className="progress-indicator" />
      </Progress.Track>
      <span className="task-phase">{phaseText(task)}</span>
    </Progress.Root>
  );
}

function Ended({ task }: { task: TaskView }) {
  const took = task.endedAt === null ? '' : ` after ${formatDuration(task.endedAt - task.startedAt)}`;
  return (
    <>
      <span className="task-phase">
        {WORDS[task.state]}
        {took}
      </span>
      {task.failure && (
        <div className="task-failure">
          <p>{failureTitle(task.failure)}</p>
          {task.failure.hint !== undefined && <p>{task.failure.hint}</p>}
          <FailureActions failure={task.failure} />
        </div>
      )}
    </>
  );
}

/** A piece of long work: its phase and percent while it runs, its end afterwards. */
export function TaskCard({ task }: { task: TaskView }) {
  const Icon = ICONS[task.state];
  const running = task.state === 'running';
  return (
    <article className={`task task-${task.state}`} aria-label={task.title}>
      <Icon size={16} aria-hidden className={running ? 'task-icon spinning' : 'task-icon'} />
      <div className="task-body">
        <span className="task-title">{task.title}</span>
        {running ? <Running task={task} /> : <Ended task={task} />}
      </div>
      <div className="task-buttons">
        {hasSubject(task) && <IconButton small icon={ArrowRight} label="Go to it" onClick={() => goToSubject(task)} />}
        {running ? (
          <Button small disabled={!task.cancellable} onClick={() => cancelTask(task)}>
            Cancel
          </Button>
        ) : (
          <IconButton small icon={X} label="Dismiss" onClick={() => dismissTask(task)} />
        )}
      </div>
    </article>
  );
}
