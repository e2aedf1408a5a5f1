import type { BlobStore } from './blob-store.ts';
import type { Holds } from './holds.ts';
import type { KeptImage } from './kept-image.ts';
import type { LayerStore } from './layer-store.ts';

/** Finished and unfinished blobs of a transfer that broke are kept for so long, to go on with. */
const KEPT_FOR_MS = 7 * 24 * 3600 * 1000;

/** Takes away what no name, container or pin reaches. */
export class Garbage {
  readonly #blobs: BlobStore;
  readonly #layers: LayerStore;
  readonly #holds: Holds;
  readonly #images: () => readonly KeptImage[];

  constructor(blobs: BlobStore, layers: LayerStore, holds: Holds, images: () => readonly KeptImage[]) {
    this.#blobs = blobs;
    this.#layers = layers;
    this.#holds = holds;
    this.#images = images;
  }

  /** All of it. @returns bytes that were freed */
  async collect(): Promise<number> {
    let freed = 0;
    const layers = this.#wantedLayers();
    for (const { diffId } of this.#layers.all()) if (!layers.has(diffId)) freed += await this.#layers.remove(diffId);
    const blobs = this.#wantedBlobs();
    for (const digest of await this.#blobs.list()) if (!blobs(digest)) freed += await this.#blobs.remove(digest);
    for (const digest of await this.#blobs.parts()) if (!blobs(digest)) freed += await this.#blobs.forgetPart(digest);
    return freed;
  }

  /** Only of these digests, of blobs and layers. @returns bytes that were freed */
  async collectOf(digests: Iterable<string>): Promise<number> {
    let freed = 0;
    const layers = this.#wantedLayers();
    const all = [...new Set(digests)];
    for (const diffId of all)
      if (this.#layers.get(diffId) && !layers.has(diffId)) freed += await this.#layers.remove(diffId);
    const blobs = this.#wantedBlobs();
    for (const digest of all) {
      if (blobs(digest)) continue;
      freed += (await this.#blobs.remove(digest)) + (await this.#blobs.forgetPart(digest));
    }
    return freed;
  }

  /** Blobs that nobody came back for. Layers stay: their containers are not known yet. */
  async collectOld(now: number): Promise<void> {
    const isWanted = this.#wantedBlobs();
    for (const digest of [...(await this.#blobs.list()), ...(await this.#blobs.parts())]) {
      const touchedAt = await this.#blobs.touchedAt(digest);
      if (isWanted(digest) || touchedAt === undefined || touchedAt > now - KEPT_FOR_MS) continue;
      await this.#blobs.remove(digest);
      await this.#blobs.forgetPart(digest);
    }
  }

  #wantedLayers(): ReadonlySet<string> {
    const wanted = new Set(this.#images().flatMap(({ layers }) => layers.map(({ diffId }) => diffId)));
    for (const { diffId } of this.#layers.all()) if (this.#holds.has(diffId)) wanted.add(diffId);
    return wanted;
  }

  #wantedBlobs(): (digest: string) => boolean {
    const wanted = new Set(this.#layers.all().flatMap(({ packed }) => (packed === null ? [] : [packed.digest])));
    for (const { id, digest, descriptors } of this.#images()) {
      for (const each of [id, digest, ...descriptors.map((descriptor) => descriptor.digest)]) wanted.add(each);
    }
    return (digest) => wanted.has(digest) || this.#holds.has(digest);
  }
}
