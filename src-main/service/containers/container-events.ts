import type { ServiceEvent } from '../../../src-core/contract/events.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import type { BaseImages, ContainerImages } from '../../../src-core/containers/oci/container-images.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { ContainerImageWork } from './container-image-work.ts';

/** What there is for containers. */
export interface ContainerParts {
  readonly engine: ContainerEngine;
  readonly images: ContainerImages;
  readonly base: BaseImages;
  readonly work: ContainerImageWork;
}

/** Tells clients of everything that changes. */
export function connectContainerEvents(
  { engine, images }: ContainerParts,
  hypervisor: Hypervisor,
  fire: (event: ServiceEvent) => void,
): void {
  const tellImage = (id: string): void => {
    const image = images.find(id);
    if (image) fire({ type: 'container-image', image: images.view(image, engine.usersOfImage(image)) });
  };
  /** By id of the container, its image: who uses one changes with its containers. */
  const imagesOf = new Map<string, string>(engine.list().map(({ id, imageId }) => [id, imageId]));
  engine.onChanged((container) => {
    fire({ type: 'container', container });
    hypervisor.networks.lookSoon();
    if (imagesOf.has(container.id)) return;
    imagesOf.set(container.id, container.imageId);
    tellImage(container.imageId);
  });
  engine.onRemoved((id) => {
    fire({ type: 'container-removed', id });
    hypervisor.networks.lookSoon();
    const image = imagesOf.get(id);
    imagesOf.delete(id);
    if (image !== undefined) tellImage(image);
  });
  engine.volumes.onChanged((volume) => fire({ type: 'volume', volume }));
  engine.volumes.onRemoved((name) => fire({ type: 'volume-removed', name }));
  engine.onNode((node) => fire({ type: 'node', node }));
  engine.nodes.onRemoved((id) => fire({ type: 'node-removed', id }));
  images.onChanged((image) => fire({ type: 'container-image', image: images.view(image, engine.usersOfImage(image)) }));
  images.onRemoved((id) => fire({ type: 'container-image-removed', id }));
}

/** One event for everything there is. */
export async function containerSnapshot({ engine, images }: ContainerParts): Promise<ServiceEvent[]> {
  const volumes = await engine.volumes.list();
  return [
    ...engine.list().map((container): ServiceEvent => ({ type: 'container', container })),
    ...images.list().map((image): ServiceEvent => ({
      type: 'container-image',
      image: images.view(image, engine.usersOfImage(image)),
    })),
    ...volumes.map((volume): ServiceEvent => ({ type: 'volume', volume })),
    ...engine.nodes.list().map((node): ServiceEvent => ({ type: 'node', node })),
  ];
}
