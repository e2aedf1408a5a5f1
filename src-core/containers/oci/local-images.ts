import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import type { LayerFile } from '../../contract/container-images.ts';
import { BlobStore } from './blob-store.ts';
import type { LocalImage, LocalLayer, MadeImage, TransferWork } from './container-images.ts';
import { nameIn } from './find-image.ts';
import { Garbage } from './garbage.ts';
import { Holds } from './holds.ts';
import { ImageCatalog } from './image-catalog.ts';
import { readImage, type ImageEntry, type KeptImage } from './kept-image.ts';
import { LayerStore, type NewLayer } from './layer-store.ts';
import { configDescriptor, layerDescriptor, writeConfig, writeManifest } from './made-image.ts';
import { DEFAULT_LIMITS, type ImageSurroundings, type TransferLimits } from './outside.ts';
import { canonicalName } from './reference.ts';
import { unpackingGuard } from './unpacking-guard.ts';

const FILES_PER_PAGE = 1000;
/** A layer that is made here belongs to no image for a moment. */
const FRESH_MS = 60_000;

/** The images that are on this computer, without any way to other computers. */
export class LocalImages {
  readonly outside: ImageSurroundings;
  readonly limits: TransferLimits;
  readonly blobs: BlobStore;
  readonly layers: LayerStore;
  readonly catalog: ImageCatalog;
  readonly holds = new Holds();
  readonly garbage: Garbage;
  readonly #fresh = new Map<string, { readonly hold: Disposable; readonly until: number }>();

  constructor(outside: ImageSurroundings) {
    this.outside = outside;
    this.limits = { ...DEFAULT_LIMITS, ...outside.limits };
    this.blobs = new BlobStore(outside);
    this.layers = new LayerStore(outside);
    this.catalog = new ImageCatalog(outside.storage);
    this.garbage = new Garbage(this.blobs, this.layers, this.holds, () => this.catalog.list());
  }

  /** Once, before anything else. @throws AppError */
  async open(): Promise<void> {
    await this.outside.storage.makeFolder('');
    await this.blobs.sweep();
    await this.layers.open();
    await this.catalog.open((entry) => this.read(entry));
    await this.garbage.collectOld(this.outside.now());
  }

  read(entry: ImageEntry): Promise<KeptImage> {
    return readImage(entry, this.blobs, this.layers);
  }

  /** @throws AppError 'not-found', 'invalid-input' */
  get(reference: string, doing: string): KeptImage {
    const image = this.catalog.find(reference, doing);
    if (image) return image;
    const hint = 'List the images that are here, or pull it.';
    throw new AppError({ code: 'not-found', doing, because: `there is no image ${reference} here`, hint });
  }

  /** @throws AppError 'not-found', 'corrupt' */
  files(diffId: string, from: number, search: string): Promise<{ files: LayerFile[]; total: number }> {
    return this.layers.files(diffId, from, search, FILES_PER_PAGE);
  }

  /** @param upon as `ContainerImages` has it @throws AppError 'corrupt', 'disk-full', 'cancelled' */
  async addLayer(
    archive: AsyncIterable<Uint8Array>,
    { signal }: Pick<TransferWork, 'signal'>,
    upon: readonly string[],
  ): Promise<LocalLayer> {
    const doing = 'keep a layer';
    const what = 'the layer';
    const guard = unpackingGuard(null, await this.outside.storage.freeBytes(), this.limits, what, doing);
    const below = upon.length === 0 ? null : () => Promise.resolve([...upon].reverse());
    const layer = await this.layers.add({ archive, diffId: null, packed: null, below, guard, what, doing, signal });
    this.#keepForNow(layer.diffId);
    return layer;
  }

  /** A layer that is here in its packed form, or comes so. @throws AppError 'corrupt', 'disk-full', 'cancelled' */
  async unpack(layer: Omit<NewLayer, 'guard'>, packedBytes: number | null): Promise<LocalLayer> {
    const free = await this.outside.storage.freeBytes();
    return this.layers.add({
      ...layer,
      guard: unpackingGuard(packedBytes, free, this.limits, layer.what, layer.doing),
    });
  }

  /** @throws AppError 'not-found' when a layer is not here, 'invalid-input' */
  async addImage(made: MadeImage, names: readonly string[]): Promise<LocalImage> {
    const doing = `make image ${names[0] ?? 'without a name'}`;
    const canonical = names.map((name) => canonicalName(name, doing));
    const config = writeConfig(made);
    return this.keep(
      config,
      made.layers.map(({ diffId }) => diffId),
      canonical,
      doing,
    );
  }

  /**
   * Notes an image of layers that are here, by its configuration; its manifest is written here.
   * @throws AppError 'not-found' when a layer is not here
   */
  async keep(
    config: Uint8Array,
    diffIds: readonly string[],
    names: readonly string[],
    doing: string,
  ): Promise<KeptImage> {
    const id = this.blobs.digestOf(config);
    const there = this.catalog.list().find((image) => image.id === id);
    if (there) return this.catalog.put(there, names);
    const layers = diffIds.map((diffId) => layerDescriptor(this.#layer(diffId, doing)));
    const manifest = writeManifest(configDescriptor(id, config.length), layers);
    const digest = this.blobs.digestOf(manifest);
    const hold = this.holds.hold([id, digest, ...diffIds]);
    try {
      await this.blobs.put(config);
      await this.blobs.put(manifest);
      return await this.arrive({ id, digest, names });
    } finally {
      hold.dispose();
      // The image has them now.
      for (const diffId of diffIds) this.#letGo(diffId);
    }
  }

  /** Notes an image whose parts are all here. @throws AppError */
  async arrive(image: Omit<ImageEntry, 'arrivedAt'>): Promise<KeptImage> {
    const entry = { ...image, arrivedAt: this.outside.now() };
    return this.catalog.put(await this.read(entry), image.names);
  }

  /** @throws AppError 'not-found', 'invalid-input' */
  async tag(reference: string, name: string): Promise<LocalImage> {
    const doing = `tag image ${reference}`;
    const canonical = canonicalName(name, doing);
    if (canonical.includes('@')) {
      throw new AppError({
        code: 'invalid-input',
        doing,
        because: 'a digest is no name to give',
        hint: 'Write NAME:TAG.',
      });
    }
    return this.catalog.put(this.get(reference, doing), [canonical]);
  }

  /** Takes a name; the image goes with its last one, or when it was named by its id. @throws AppError 'wrong-state' */
  async remove(reference: string, inUse: (image: LocalImage) => boolean): Promise<number> {
    const doing = `delete image ${reference}`;
    const image = this.get(reference, doing);
    const name = nameIn(image, reference);
    const left = name === undefined ? [] : image.names.filter((each) => each !== name);
    if (left.length > 0) {
      await this.catalog.update(image.id, (now) => ({ ...now, names: now.names.filter((each) => each !== name) }));
      return 0;
    }
    if (inUse(image)) {
      const because = 'a container is made from it';
      throw new AppError({ code: 'wrong-state', doing, because, hint: 'Delete the container first, or force it.' });
    }
    return this.#drop(image);
  }

  async prune(isWanted: (image: LocalImage) => boolean): Promise<{ images: number; freedBytes: number }> {
    this.#letGoOld();
    const unwanted = this.catalog.list().filter((image) => !isWanted(image));
    for (const { id } of unwanted) await this.catalog.update(id, (now) => (isWanted(now) ? now : undefined));
    return { images: unwanted.length, freedBytes: await this.garbage.collect() };
  }

  async #drop(image: KeptImage): Promise<number> {
    this.#letGoOld();
    await this.catalog.update(image.id, () => undefined);
    const packed = image.layers.flatMap((layer) => [
      layer.packed?.digest,
      this.layers.get(layer.diffId)?.packed?.digest,
    ]);
    const parts = [image.id, image.digest, ...image.layers.map(({ diffId }) => diffId), ...packed];
    return this.garbage.collectOf(parts.filter((part) => part !== undefined));
  }

  #layer(diffId: string, doing: string): LocalLayer {
    const layer = this.layers.get(diffId);
    if (layer) return layer;
    throw new AppError({ code: 'not-found', doing, because: `layer ${diffId} is not here` });
  }

  #keepForNow(diffId: string): void {
    this.#letGo(diffId);
    this.#fresh.set(diffId, { hold: this.holds.hold([diffId]), until: this.outside.now() + FRESH_MS });
  }

  #letGoOld(): void {
    const now = this.outside.now();
    for (const [diffId, { until }] of this.#fresh) if (until <= now) this.#letGo(diffId);
  }

  #letGo(diffId: string): void {
    this.#fresh.get(diffId)?.hold.dispose();
    this.#fresh.delete(diffId);
  }
}
