import type { Disposable } from '../../base/disposable.ts';
import { AppError, asPartOf } from '../../base/errors.ts';
import { Cancellation } from '../../base/cancellation.ts';
import type { ContainerImageDetail, ContainerImageView, LayerFile } from '../../contract/container-images.ts';
import type { ContainerImages, LocalImage, LocalLayer, MadeImage, TransferWork } from './container-images.ts';
import { detailOf, viewOf } from './image-detail.ts';
import { load } from './layout/load.ts';
import { save } from './layout/save.ts';
import { LocalImages } from './local-images.ts';
import type { ImageSurroundings } from './outside.ts';
import { parseRegistry } from './reference.ts';
import { Credentials } from './registry/credentials.ts';
import { RegistrySession } from './registry/registry-session.ts';
import { pull } from './transfer/pull.ts';
import { push } from './transfer/push.ts';

/** The container images of a data directory, and their ways to registries and archives. */
export class ImageRoom implements ContainerImages {
  readonly #local: LocalImages;
  readonly #credentials: Credentials;

  constructor(outside: ImageSurroundings) {
    this.#local = new LocalImages(outside);
    this.#credentials = new Credentials(outside.secrets);
  }

  async open(): Promise<void> {
    await this.#local.open();
    await this.#credentials.open();
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

  addLayer(archive: AsyncIterable<Uint8Array>, work: TransferWork, upon: readonly string[] = []): Promise<LocalLayer> {
    return this.#local.addLayer(archive, work, upon);
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

  pull(reference: string, work: TransferWork): Promise<LocalImage> {
    return pull(this.#local, this.#credentials, reference, work);
  }

  push(reference: string, to: string, work: TransferWork): Promise<void> {
    return push(this.#local, this.#credentials, reference, to, work);
  }

  save(references: readonly string[], path: string, form: 'oci' | 'docker', work: TransferWork): Promise<void> {
    return save(this.#local, references, path, form, work);
  }

  load(path: string, work: TransferWork): Promise<readonly LocalImage[]> {
    return load(this.#local, path, work);
  }

  /** Checked with the registry before it is kept. */
  async login(text: string, user: string, password: string): Promise<void> {
    const doing = `log in to ${text}`;
    const registry = parseRegistry(text, doing);
    const login = { registry, user, password };
    const session = new RegistrySession(registry, this.#local.outside, login, doing, new Cancellation());
    await asPartOf(doing, session.check());
    await this.#credentials.put(login);
  }

  async logout(text: string): Promise<void> {
    const doing = `log out of ${text}`;
    const registry = parseRegistry(text, doing);
    if (this.#credentials.get(registry) === undefined) {
      throw new AppError({ code: 'not-found', doing, because: 'nobody is logged in there' });
    }
    await this.#credentials.remove(registry);
  }

  registries(): readonly { registry: string; user: string }[] {
    return this.#credentials.list().map(({ registry, user }) => ({ registry, user }));
  }
}
