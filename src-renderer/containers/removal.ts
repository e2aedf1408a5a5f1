import type { ContainerView } from '../../src-core/contract/containers.ts';
import { attempt } from '../parts/attempt.ts';
import { confirm } from '../parts/ConfirmDialog.tsx';
import { countOf } from '../parts/quantities.ts';
import { tellDone } from '../parts/tell.ts';
import { currentPlace, goToContainer } from '../state/place.ts';
import { service } from '../state/session.ts';
import { refusal } from './availability.ts';
import { removalText } from './removal-text.ts';

async function remove(containers: readonly ContainerView[]): Promise<void> {
  const removed: ContainerView[] = [];
  for (const container of containers) {
    const done = await attempt(`delete container ${container.name}`, () =>
      service().containers.remove({ container: container.id }),
    );
    if (done) removed.push(container);
  }
  const [first] = removed;
  if (first === undefined) return;
  const place = currentPlace();
  if (place.page === 'containers' && removed.some(({ id }) => id === place.container)) goToContainer(null);
  tellDone(
    removed.length === 1 ? `Container ${first.name} is deleted` : `${countOf(removed.length, 'container')} are deleted`,
  );
}

/** A container cannot be brought back: what is lost is named first. Only those that have stopped can go. */
export function askRemoveContainers(containers: readonly ContainerView[]): void {
  const stopped = containers.filter((container) => refusal('remove', container) === null);
  const [first] = stopped;
  if (first === undefined) return;
  const what = stopped.length === 1 ? `container ${first.name}` : countOf(stopped.length, 'container');
  confirm({
    title: `Delete ${what}?`,
    text: removalText(stopped),
    verb: stopped.length === 1 ? 'Delete container' : `Delete ${stopped.length} containers`,
    danger: true,
    onAgree: () => void remove(stopped),
  });
}
