import type { ContainerView, NodeView, VolumeView } from '../../../src-core/contract/containers.ts';
import { attempt } from '../../parts/attempt.ts';
import { confirm } from '../../parts/ConfirmDialog.tsx';
import { tellDone } from '../../parts/tell.ts';
import { useInventory } from '../../state/inventory.ts';
import { service } from '../../state/session.ts';
import { named } from '../removal-text.ts';

/** What goes with a node: the containers and the volumes that are on it. */
export function nodeRemovalText(containers: readonly ContainerView[], volumes: readonly VolumeView[]): string {
  const lost = [
    containers.length > 0 ? `Its containers are deleted: ${named(containers.map(({ name }) => name))}.` : '',
    volumes.length > 0 ? `Its volumes are lost for good: ${named(volumes.map(({ name }) => name))}.` : '',
  ].filter((text) => text !== '');
  return lost.length === 0
    ? 'No container and no volume is on it. The engine makes another when it needs one.'
    : lost.join(' ');
}

export function askRemoveNode({ id, name }: NodeView): void {
  const { containers, volumes } = useInventory.getState();
  const onIt = Object.values(containers).filter(({ node }) => node?.id === id);
  const kept = Object.values(volumes).filter(({ node }) => node.id === id);
  const force = onIt.length > 0 || kept.length > 0;
  const remove = async () => {
    const done = await attempt(`delete node ${name}`, () => service().nodes.remove({ node: id, force }));
    if (done) tellDone(`Node ${name} is deleted`);
  };
  confirm({
    title: `Delete node ${name}?`,
    text: nodeRemovalText(onIt, kept),
    verb: force ? 'Delete all of it' : 'Delete node',
    danger: true,
    onAgree: () => void remove(),
  });
}
