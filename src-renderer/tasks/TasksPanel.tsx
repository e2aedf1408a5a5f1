import { Popover } from '@base-ui/react/popover';
import { ListTodo } from 'lucide-react';
import { useMemo } from 'react';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { countOf } from '../parts/quantities.ts';
import { useInventory } from '../state/inventory.ts';
import { phaseText, TaskCard } from './TaskCard.tsx';
import { popups } from '../parts/popups.ts';

function newestFirst(tasks: Readonly<Record<string, TaskView>>): readonly TaskView[] {
  const isRunning = (task: TaskView) => Number(task.state === 'running');
  return Object.values(tasks).sort((a, b) => isRunning(b) - isRunning(a) || b.startedAt - a.startedAt);
}

function summary(tasks: readonly TaskView[]): string {
  const running = tasks.filter(({ state }) => state === 'running');
  const [first] = running;
  if (first === undefined) return tasks.length === 0 ? 'No tasks' : countOf(tasks.length, 'finished task');
  return running.length === 1 ? `${first.title}: ${phaseText(first)}` : `${running.length} tasks running`;
}

/** Long work, listed in one place; the button in the status bar tells the newest in a few words. */
export function TasksPanel() {
  const tasks = useInventory((inventory) => inventory.tasks);
  const listed = useMemo(() => newestFirst(tasks), [tasks]);
  const busy = listed.some(({ state }) => state === 'running');
  return (
    <Popover.Root>
      <Popover.Trigger className="status-button" data-busy={busy ? '' : undefined}>
        <ListTodo size={14} aria-hidden />
        <span className="status-tasks">{summary(listed)}</span>
      </Popover.Trigger>
      <Popover.Portal container={popups}>
        <Popover.Positioner side="top" align="end" sideOffset={8} className="above">
          <Popover.Popup className="popover tasks-panel">
            <Popover.Title className="section-title">Tasks</Popover.Title>
            {listed.length === 0 ? (
              <p className="faint">Building an image and other long work is listed here.</p>
            ) : (
              listed.map((task) => <TaskCard key={task.id} task={task} />)
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
