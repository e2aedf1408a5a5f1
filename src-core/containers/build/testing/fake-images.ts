import { createHash } from 'node:crypto';
import { AppError } from '../../../base/errors.ts';
import { readTar } from '../../../images/formats/tar.ts';
import { collect } from '../../../images/formats/byte-source.ts';
import type { ContainerImages, LocalImage, LocalLayer, MadeImage, TransferWork } from '../../oci/container-images.ts';
import { EMPTY_DRAFT } from '../draft.ts';

type Images = Pick<ContainerImages, 'addLayer' | 'addImage' | 'findLayer' | 'pin'>;

/** Layers and images in memory; `files` of a layer can be looked at. */
export class FakeImages implements Images {
  readonly layers = new Map<string, { layer: LocalLayer; files: Record<string, string> }>();
  readonly images = new Map<string, LocalImage>();
  /** By diff id: the layers that it was made to lie upon. */
  readonly upon = new Map<string, readonly string[]>();

  async addLayer(
    archive: AsyncIterable<Uint8Array>,
    _work: TransferWork,
    upon: readonly string[] = [],
  ): Promise<LocalLayer> {
    const bytes = await collect(archive, 1e7, 'a layer');
    const diffId = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const files: Record<string, string> = {};
    for await (const entry of readTar(once(bytes), 'a layer')) {
      files[entry.type === 'directory' ? `${entry.path}/` : entry.path] = new TextDecoder().decode(
        await collect(entry.content, 1e6, entry.path),
      );
    }
    const layer = { diffId, sizeBytes: bytes.length, packed: null };
    this.layers.set(diffId, { layer, files });
    this.upon.set(diffId, upon);
    return layer;
  }

  addImage(made: MadeImage, names: readonly string[]): Promise<LocalImage> {
    const id = `sha256:${createHash('sha256').update(JSON.stringify(made)).digest('hex')}`;
    const image = { ...made, id, digest: id, names, arrivedAt: 0 };
    for (const name of names) this.images.set(name, image);
    return Promise.resolve(image);
  }

  findLayer(diffId: string): LocalLayer | undefined {
    return this.layers.get(diffId)?.layer;
  }

  pin(): { dispose(): void } {
    return { dispose: () => undefined };
  }

  async base(name: string, environment: readonly string[]): Promise<void> {
    const { settings } = EMPTY_DRAFT;
    await this.addImage(
      {
        settings: { ...settings, environment: [...environment], command: ['sh'] },
        layers: [],
        history: [],
        createdAt: 0,
      },
      [name],
    );
  }

  ensure(name: string): Promise<LocalImage> {
    const image = this.images.get(name);
    if (image) return Promise.resolve(image);
    throw new AppError({ code: 'not-found', doing: 'pull', because: `no registry has ${name}` });
  }

  filesOf(diffId: string | undefined): Record<string, string> {
    return this.layers.get(diffId ?? '')?.files ?? {};
  }
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  await Promise.resolve();
  yield bytes;
}
