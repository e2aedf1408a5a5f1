import type { InnkeeperClient } from '../../../src-core/contract/contract.ts';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import type { ForwardView } from '../../../src-core/contract/networks.ts';
import { attempt } from '../../parts/attempt.ts';
import { tellUndoable } from '../../parts/tell.ts';
import { service } from '../../state/session.ts';
import { asPublished, type PublishedPort } from '../port-draft.ts';

type Change = Omit<Parameters<InnkeeperClient['containers']['update']>[0], 'container'>;

export function changeContainer({ id, name }: ContainerView, change: Change): Promise<boolean> {
  return attempt(`change container ${name}`, () => service().containers.update({ container: id, ...change }));
}

export function withPort({ ports }: ContainerView, added: PublishedPort): PublishedPort[] {
  return [...ports.map(asPublished), added];
}

/** A port that is published no more comes back with Undo. */
export async function unpublish(container: ContainerView, port: ForwardView): Promise<void> {
  const left = container.ports.filter((other) => other !== port).map(asPublished);
  if (!(await changeContainer(container, { ports: left }))) return;
  tellUndoable(
    `Port ${port.port} does not lead to ${container.name} any more`,
    () => void changeContainer(container, { ports: [...left, asPublished(port)] }),
    () => undefined,
  );
}
