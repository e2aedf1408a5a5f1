import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { digestSchema, type LayerFile } from '../../contract/container-images.ts';
import { bytesSchema } from '../../contract/names.ts';
import { decodeDocument, encodeDocument } from '../../host/documents.ts';
import { watched } from '../../images/cancellation.ts';
import { collect, type ByteSource } from '../../images/formats/byte-source.ts';
import type { AbortSignalLike } from '../../images/image.ts';
import type { FileSink } from '../../images/storage.ts';
import { LAYER_ARCHIVE, LAYER_INDEX } from '../layer-tree/file-names.ts';
import { indexArchive } from '../layer-tree/index-archive.ts';
import { layerFiles } from '../layer-tree/layer-files.ts';
import { decodeIndex, encodeIndex } from '../layer-tree/layer-index.ts';
import { PackedIndex } from '../layer-tree/packed-index.ts';
import { hexOf } from './blob-store.ts';
import type { LocalLayer } from './container-images.ts';
import { KeyedTurns } from './keyed-turns.ts';
import { damaged } from './manifest.ts';
import type { ImageSurroundings } from './outside.ts';

/** Within the data directory's `containers`: a folder for each layer, by the digits of its diff id. */
const LAYERS = 'layers';
const LAYER_DOCUMENT = 'layer.json';
const UNFINISHED = '.unfinished-';
const VERSION = 1;
const MOST_INDEX_BYTES = 1024 * 1024 * 1024;
const MOST_DOCUMENT_BYTES = 64 * 1024;

const documentSchema = z.object({
  version: z.literal(VERSION),
  diffId: digestSchema,
  /** Of the archive. */
  sizeBytes: bytesSchema,
  files: z.number().int(),
  /** How it moves, where that blob is here. */
  packed: z.object({ digest: digestSchema, mediaType: z.string(), sizeBytes: bytesSchema }).nullable(),
});
type LayerDocument = z.infer<typeof documentSchema>;

export interface KeptLayer extends LocalLayer {
  readonly files: number;
}

/** How a layer comes in. */
export interface NewLayer {
  readonly archive: ByteSource;
  /** That it must have; null for one that is made here. */
  readonly diffId: string | null;
  readonly packed: LocalLayer['packed'];
  /** Diff ids of the layers that it lies upon in its image, the topmost first, once all are here; asked for when they matter. */
  readonly below: (() => Promise<readonly string[]>) | null;
  /** Bytes that its archive may have at most. @throws AppError for one more */
  readonly guard: (bytes: number) => void;
  /** "layer 0123456789ab". */
  readonly what: string;
  readonly doing: string;
  readonly signal: AbortSignalLike;
}

/** Unpacked layers by diff id: the archive as it is, and an index of what is where in it. */
export class LayerStore {
  readonly #outside: Pick<ImageSurroundings, 'storage' | 'sha256' | 'uniqueName'>;
  readonly #layers = new Map<string, KeptLayer>();
  readonly #turns = new KeyedTurns();

  constructor(outside: Pick<ImageSurroundings, 'storage' | 'sha256' | 'uniqueName'>) {
    this.#outside = outside;
  }

  /** What is here; what a crash left half-made is removed. */
  async open(): Promise<void> {
    const { storage } = this.#outside;
    for (const name of await storage.list(LAYERS)) {
      const layer = name.startsWith(UNFINISHED) ? undefined : await this.#read(name);
      if (layer === undefined) await storage.remove(`${LAYERS}/${name}`);
      else this.#layers.set(layer.diffId, layer);
    }
  }

  get(diffId: string): KeptLayer | undefined {
    return this.#layers.get(diffId);
  }

  all(): readonly KeptLayer[] {
    return [...this.#layers.values()];
  }

  /** Its uncompressed archive. */
  archive(diffId: string): ByteSource {
    return this.#outside.storage.read(`${folderOf(diffId)}/${LAYER_ARCHIVE}`);
  }

  /**
   * Takes a layer in: the archive is written, counted, looked through and indexed in one pass.
   * @throws AppError 'corrupt' for one that is not what its diff id says, or no archive; then nothing of it is left
   */
  async add(layer: NewLayer): Promise<KeptLayer> {
    const draft = `${LAYERS}/${UNFINISHED}${this.#outside.uniqueName()}`;
    try {
      const written = await this.#write(draft, layer);
      return await this.#turns.take(written.diffId, () => this.#place(draft, written));
    } catch (error) {
      await this.#outside.storage.remove(draft);
      throw error;
    }
  }

  /** Notes how a layer moves. */
  async notePacked(diffId: string, packed: LocalLayer['packed']): Promise<void> {
    await this.#turns.take(diffId, async () => {
      const layer = this.#layers.get(diffId);
      if (layer === undefined) return;
      const next = { ...layer, packed };
      await this.#outside.storage.replace(`${folderOf(diffId)}/${LAYER_DOCUMENT}`, encode(next));
      this.#layers.set(diffId, next);
    });
  }

  /** Entries from a number on, of those whose path holds the words. @throws AppError 'not-found', 'corrupt' */
  async files(
    diffId: string,
    from: number,
    search: string,
    page: number,
  ): Promise<{ files: LayerFile[]; total: number }> {
    const doing = `list the files of layer ${hexOf(diffId).slice(0, 12)}`;
    if (!this.#layers.has(diffId)) throw new AppError({ code: 'not-found', doing, because: 'there is no such layer' });
    const path = `${folderOf(diffId)}/${LAYER_INDEX}`;
    const index = await collect(this.#outside.storage.read(path), MOST_INDEX_BYTES, 'the index of a layer');
    const words = search.toLowerCase();
    const files: LayerFile[] = [];
    let total = 0;
    for (const file of layerFiles(decodeIndex(index, `layer ${hexOf(diffId).slice(0, 12)}`))) {
      if (words !== '' && !file.path.toLowerCase().includes(words)) continue;
      if (total >= from && files.length < page) files.push(file);
      total++;
    }
    return { files, total };
  }

  /** @returns bytes that were freed */
  async remove(diffId: string): Promise<number> {
    const layer = this.#layers.get(diffId);
    this.#layers.delete(diffId);
    await this.#outside.storage.remove(folderOf(diffId));
    return layer?.sizeBytes ?? 0;
  }

  async #write(draft: string, layer: NewLayer): Promise<KeptLayer> {
    const { storage, sha256 } = this.#outside;
    const hasher = sha256();
    let sizeBytes = 0;
    const sink = await storage.create(`${draft}/${LAYER_ARCHIVE}`);
    const source = watched(layer.archive, layer.signal, layer.doing);
    async function* passing(): AsyncGenerator<Uint8Array, void, void> {
      for await (const chunk of source) {
        sizeBytes += chunk.length;
        layer.guard(sizeBytes);
        hasher.update(chunk);
        await sink.write(chunk);
        yield chunk;
      }
    }
    const index = await finished(sink, indexArchive(passing(), layer.what, layer.below && this.#below(layer.below)));
    const diffId = `sha256:${hasher.digest()}`;
    if (layer.diffId !== null && layer.diffId !== diffId) {
      throw damaged(layer.doing, `${layer.what} unpacked is not what the configuration of its image says`);
    }
    const kept = { diffId, sizeBytes, files: index.nodes.length - 1, packed: layer.packed };
    await writeWhole(await storage.create(`${draft}/${LAYER_INDEX}`), encodeIndex(index));
    await writeWhole(await storage.create(`${draft}/${LAYER_DOCUMENT}`), encode(kept));
    return kept;
  }

  async *#below(layers: () => Promise<readonly string[]>): AsyncGenerator<PackedIndex, void, void> {
    for (const diffId of await layers()) {
      const bytes = this.#outside.storage.read(`${folderOf(diffId)}/${LAYER_INDEX}`);
      const what = `layer ${hexOf(diffId).slice(0, 12)}`;
      yield PackedIndex.open(await collect(bytes, MOST_INDEX_BYTES, 'the index of a layer'), what);
    }
  }

  /** One that came meanwhile by another way stays. */
  async #place(draft: string, written: KeptLayer): Promise<KeptLayer> {
    const { storage } = this.#outside;
    const there = this.#layers.get(written.diffId);
    if (there !== undefined) {
      await storage.remove(draft);
      return there;
    }
    await storage.rename(draft, folderOf(written.diffId));
    this.#layers.set(written.diffId, written);
    return written;
  }

  /** Undefined for what is no whole layer. */
  async #read(name: string): Promise<KeptLayer | undefined> {
    const { storage } = this.#outside;
    try {
      const bytes = await collect(storage.read(`${LAYERS}/${name}/${LAYER_DOCUMENT}`), MOST_DOCUMENT_BYTES, name);
      const layer = decodeDocument(documentSchema, VERSION, `read layer ${name}`, bytes, 'layer');
      const archive = await storage.stat(`${LAYERS}/${name}/${LAYER_ARCHIVE}`);
      const isWhole = archive?.sizeBytes === layer.sizeBytes && hexOf(layer.diffId) === name;
      const isIndexed = (await storage.stat(`${LAYERS}/${name}/${LAYER_INDEX}`))?.sizeBytes !== undefined;
      return isWhole && isIndexed ? layer : undefined;
    } catch (error) {
      // One of a newer version is left alone, and so is everything when the disk cannot be read.
      if (error instanceof AppError && (error.code === 'corrupt' || error.code === 'not-found')) return undefined;
      throw error;
    }
  }
}

async function finished<T>(sink: FileSink, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    await sink.finish();
    return result;
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

async function writeWhole(sink: FileSink, bytes: Uint8Array): Promise<void> {
  await finished(sink, sink.write(bytes));
}

function encode({ diffId, sizeBytes, files, packed }: KeptLayer): Uint8Array {
  return encodeDocument({ version: VERSION, diffId, sizeBytes, files, packed } satisfies LayerDocument);
}

function folderOf(diffId: string): string {
  return `${LAYERS}/${hexOf(diffId)}`;
}
