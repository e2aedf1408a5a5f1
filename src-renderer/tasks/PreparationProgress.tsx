import { useInventory } from '../state/inventory.ts';
import { TaskCard } from './TaskCard.tsx';

/** The task that a machine waits for, where the machine is looked at. */
export function PreparationProgress({ taskId }: { taskId: string | null }) {
  const task = useInventory(({ tasks }) => (taskId === null ? undefined : tasks[taskId]));
  if (task === undefined) return <p className="faint">Waiting for its image …</p>;
  return <TaskCard task={task} />;
}
