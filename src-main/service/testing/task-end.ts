import type { TaskView } from '../../../src-core/contract/tasks.ts';
import type { Service } from '../service.ts';

/** How a task ends. */
export async function taskEnd(service: Service, started: Promise<{ readonly id: string }>): Promise<TaskView> {
  const { id } = await started;
  return new Promise((resolve) => {
    const look = async (): Promise<void> => {
      const task = (await service.handlers.tasks.list({})).find((each) => each.id === id) as TaskView | undefined;
      if (!task || task.state === 'running') return;
      subscription.dispose();
      resolve(task);
    };
    const subscription = service.onEvent((event) => {
      if (event.type === 'task') void look();
    });
    void look();
  });
}
