import { imageOf } from '../containers/images/image-references.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { tellDone, tellFailure } from '../parts/tell.ts';
import { type Inventory, useInventory } from '../state/inventory.ts';
import { currentPlace, go, goToContainer, goToContainerImage, goToMachine } from '../state/place.ts';
import { service } from '../state/session.ts';

function call(doing: string, work: () => Promise<unknown>): void {
  Promise.resolve()
    .then(work)
    .catch((error: unknown) => tellFailure(error, doing));
}

export function cancelTask(task: TaskView): void {
  call(`cancel “${task.title}”`, () => service().tasks.cancel({ task: task.id }));
}

export function dismissTask(task: TaskView): void {
  call(`dismiss “${task.title}”`, () => service().tasks.dismiss({ task: task.id }));
}

export function hasSubject({ subject }: TaskView): boolean {
  if (subject === null) return false;
  const { machines, images, containers, containerImages } = useInventory.getState();
  switch (subject.kind) {
    case 'machine':
      return machines[subject.id] !== undefined;
    case 'image':
      return images[subject.id] !== undefined;
    case 'container':
      return containers[subject.id] !== undefined;
    case 'container-image':
      return imageOf(subject.id, containerImages) !== undefined;
  }
}

export function goToSubject({ subject }: TaskView): void {
  switch (subject?.kind) {
    case 'machine':
      return goToMachine(subject.id);
    case 'container':
      return goToContainer(subject.id);
    case 'container-image':
      return goToContainerImage(subject.id);
    default:
      go({ page: 'images' });
  }
}

/** Whether the person looks at the machine that waited for this task: they see how it ends. */
function isWatched(task: TaskView, { machines }: Inventory): boolean {
  const place = currentPlace();
  if (place.page === 'build') return place.task === task.id;
  return place.page === 'machines' && place.machine !== null && machines[place.machine]?.task === task.id;
}

/**
 * Tells when long work ends, with a button that goes to the result. Work about nothing in particular is Innkeeper's own:
 * nobody waits for it. Failures also stand where they happened.
 */
export function tellTaskEnds(): void {
  useInventory.subscribe(({ tasks }, before) => {
    if (tasks === before.tasks) return;
    for (const task of Object.values(tasks)) {
      if (before.tasks[task.id]?.state !== 'running' || isWatched(task, before)) continue;
      if (task.state === 'done' && task.subject !== null)
        tellDone(`${task.title}: done`, { label: 'Show', run: () => goToSubject(task) });
      else if (task.state === 'failed' && task.failure) tellFailure(task.failure, task.title);
    }
  });
}
