import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import type { BaseImages, ContainerImages, LocalImage } from '../../../src-core/containers/oci/container-images.ts';
import type { ContainerImageWork } from '../containers/container-image-work.ts';

type Handlers = InnkeeperHandlers['containerImages'];

export function containerImageHandlers(
  images: ContainerImages,
  base: BaseImages,
  work: ContainerImageWork,
  engine: ContainerEngine,
  build: Handlers['build'],
): Handlers {
  const usedBy = (image: LocalImage): string[] => engine.usersOfImage(image);
  const isUsed = (image: LocalImage): boolean => usedBy(image).length > 0;
  return {
    list: () => Promise.resolve(images.list().map((image) => images.view(image, usedBy(image)))),
    catalog: () => Promise.resolve([...base.list()]),
    inspect: async ({ image: reference }) => {
      const image = images.get(reference, `look at image ${reference}`);
      return images.detail(image, usedBy(image));
    },
    files: ({ diffId, from, search }) => images.files(diffId, from, search ?? ''),
    pull: ({ image }) => Promise.resolve(work.pull(image).view),
    push: ({ image, to }) => Promise.resolve(work.push(image, to ?? image)),
    tag: async ({ image: reference, name }) => {
      const image = await images.tag(reference, name);
      return images.view(image, usedBy(image));
    },
    remove: async ({ image, force }) => ({ freedBytes: await images.remove(image, (each) => !force && isUsed(each)) }),
    prune: ({ all }) => images.prune((image) => isUsed(image) || (!all && image.names.length > 0)),
    save: ({ images: references, path, form }) => Promise.resolve(work.save(references, path, form)),
    load: ({ path }) => Promise.resolve(work.load(path)),
    build,
    login: async ({ registry, user, password }) => {
      await images.login(registry, user, password);
      return {};
    },
    logout: async ({ registry }) => {
      await images.logout(registry);
      return {};
    },
    registries: () => Promise.resolve([...images.registries()]),
  };
}
