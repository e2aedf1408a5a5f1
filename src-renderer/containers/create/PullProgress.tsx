import { LoaderCircle } from 'lucide-react';
import { useInventory } from '../../state/inventory.ts';
import { TaskCard } from '../../tasks/TaskCard.tsx';

/** Clocks of the service and the window may be a little apart. */
const SLACK_MS = 2000;

/** What is being done before a container is there: its image pulled, a node woken. */
export function PullProgress({ since }: { since: number }) {
  const tasks = useInventory((inventory) => inventory.tasks);
  const running = Object.values(tasks).filter(
    ({ state, subject, startedAt }) =>
      state === 'running' &&
      startedAt >= since - SLACK_MS &&
      (subject?.kind === 'container-image' || subject?.kind === 'container' || subject?.kind === 'image'),
  );
  if (running.length > 0) return running.map((task) => <TaskCard key={task.id} task={task} />);
  return (
    <p className="state state-changing" role="status">
      <LoaderCircle size={14} aria-hidden className="spinning" /> Setting it up …
    </p>
  );
}
