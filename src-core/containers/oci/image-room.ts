import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import type { ContainerImageDetail, ContainerImageView, LayerFile } from '../../contract/container-images.ts';
import type { ContainerImages, LocalImage, LocalLayer, MadeImage, TransferWork } from './container-images.ts';
import { detailOf, viewOf } from './image-detail.ts';
import { LocalImages } from './local-images.ts';
import type { ImageSurroundings } from './outside.ts';

/** The container images of a data directory, and their ways to registries and archives. */
export class ImageRoom implements ContainerImages {
  readonly #local: LocalImages;

  constructor(outside: ImageSurroundings) {
    this.#local = new LocalImages(outside);
  }

  open(): Promise<void> {
    return this.#local.open();
  }

  list(): readonly LocalImage[] {
    return this.#local.catalog.list();
  }

  get(reference: string, doing: string): LocalImage {
    return this.#local.get(reference, doing);
  }

  find(reference: string): LocalImage | undefined {
    return this.#local.catalog.find(reference, `look for image ${reference}`);
  }

  view(image: LocalImage, usedBy: readonly string[]): ContainerImageView {
    return viewOf(image, usedBy, this.list());
  }

  detail(image: LocalImage, usedBy: readonly string[]): Promise<ContainerImageDetail> {
    return detailOf(image, usedBy, this.#local.catalog.list(), this.#local);
  }

  files(diffId: string, from: number, search: string): Promise<{ files: LayerFile[]; total: number }> {
    return this.#local.files(diffId, from, search);
  }

  tag(reference: string, name: string): Promise<LocalImage> {
    return this.#local.tag(reference, name);
  }

  remove(reference: string, inUse: (image: LocalImage) => boolean): Promise<number> {
    return this.#local.remove(reference, inUse);
  }

  prune(isWanted: (image: LocalImage) => boolean): Promise<{ images: number; freedBytes: number }> {
    return this.#local.prune(isWanted);
  }

  addLayer(archive: AsyncIterable<Uint8Array>, work: TransferWork): Promise<LocalLayer> {
    return this.#local.addLayer(archive, work);
  }

  findLayer(diffId: string): LocalLayer | undefined {
    return this.#local.layers.get(diffId);
  }

  addImage(made: MadeImage, names: readonly string[]): Promise<LocalImage> {
    return this.#local.addImage(made, names);
  }

  pin(diffIds: readonly string[]): Disposable {
    return this.#local.holds.hold(diffIds);
  }

  onChanged(listener: (image: LocalImage) => void): Disposable {
    return this.#local.catalog.changed.on(listener);
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#local.catalog.removed.on(listener);
  }

  async pull(reference: string): Promise<LocalImage> {
    return later(`pull image ${reference}`);
  }

  async push(reference: string): Promise<void> {
    return later(`push image ${reference}`);
  }

  async save(): Promise<void> {
    return later('save images');
  }

  async load(): Promise<readonly LocalImage[]> {
    return later('load images');
  }

  async login(registry: string): Promise<void> {
    return later(`log in to ${registry}`);
  }

  async logout(registry: string): Promise<void> {
    return later(`log out of ${registry}`);
  }

  registries(): readonly { registry: string; user: string }[] {
    return [];
  }
}

async function later(doing: string): Promise<never> {
  return Promise.reject(new AppError({ code: 'not-supported', doing, because: 'it is not there yet' }));
}
