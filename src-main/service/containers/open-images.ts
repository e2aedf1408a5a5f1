import type { BaseImages, ContainerImages } from '../../../src-core/containers/oci/container-images.ts';
import { notThereYet } from './container-image-work.ts';

/** The container images of a data directory. */
export function makeImages(): ContainerImages {
  const refuse = (): never => {
    throw notThereYet('container images');
  };
  const later = async (): Promise<never> => Promise.reject(notThereYet('container images'));
  const nothing = { dispose: () => undefined };
  return {
    open: () => Promise.resolve(),
    list: () => [],
    get: refuse,
    find: () => undefined,
    view: refuse,
    detail: later,
    files: later,
    pull: later,
    push: later,
    tag: later,
    remove: later,
    prune: () => Promise.resolve({ images: 0, freedBytes: 0 }),
    save: later,
    load: later,
    addLayer: later,
    findLayer: () => undefined,
    addImage: later,
    pin: () => nothing,
    login: later,
    logout: later,
    registries: () => [],
    onChanged: () => nothing,
    onRemoved: () => nothing,
  };
}

/** Images that are made here. */
export function makeBaseImages(): BaseImages {
  return { list: () => [], find: () => undefined, make: async () => Promise.reject(notThereYet('container images')) };
}
