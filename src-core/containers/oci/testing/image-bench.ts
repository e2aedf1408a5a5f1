import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { nodeDecompress } from '../../../../src-main/service/images/node-decompress.ts';
import { gzip } from '../../../../src-main/service/containers/oci-gzip.ts';
import { tarEnd, tarHeader, tarPadding } from '../../../images/formats/tar-writer.ts';
import { joinBytes } from '../../../base/join-bytes.ts';
import { Cancellation } from '../../../base/cancellation.ts';
import { EMPTY_SETTINGS } from './empty-settings.ts';
import type { MadeImage, LocalLayer, TransferProgress, TransferWork } from '../container-images.ts';
import { ImageRoom } from '../image-room.ts';
import type { ExchangeFiles, HttpClient, ImageSurroundings, TransferLimits } from '../outside.ts';
import { MemoryContainerStorage } from './memory-container-storage.ts';

/** A room of container images over memory, and what it is fed with. */
export class ImageBench {
  readonly storage = new MemoryContainerStorage();
  readonly cancellation = new Cancellation();
  readonly progress: TransferProgress[] = [];
  readonly work: TransferWork = { signal: this.cancellation, progress: (each) => void this.progress.push(each) };
  readonly outside: ImageSurroundings;
  secret: Uint8Array | undefined;
  now = 1_700_000_000_000;
  #names = 0;

  constructor(http: HttpClient, limits: Partial<TransferLimits> = {}, exchange: ExchangeFiles = NO_EXCHANGE) {
    this.storage.now = this.now;
    this.outside = {
      storage: this.storage,
      http,
      exchange,
      secrets: {
        read: () => Promise.resolve(this.secret),
        write: (bytes) => Promise.resolve(void (this.secret = bytes)),
      },
      decompress: nodeDecompress,
      gzip,
      sha256: () => {
        const hash = createHash('sha256');
        return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
      },
      now: () => this.now,
      uniqueName: () => `name-${++this.#names}`,
      limits,
    };
  }

  /** Another process over the same files. */
  async open(): Promise<ImageRoom> {
    const room = new ImageRoom(this.outside);
    await room.open();
    return room;
  }

  /** What lies there, without what is in folders of layers. */
  paths(): string[] {
    return [...this.storage.files.keys()].sort();
  }

  async layer(room: ImageRoom, files: Readonly<Record<string, string>>): Promise<LocalLayer> {
    return room.addLayer(inPieces(tarOf(files)), this.work);
  }

  made(layers: readonly LocalLayer[], command = ['sh']): MadeImage {
    const history = layers.map((_, at) => ({
      createdAt: 1e12,
      createdBy: `step ${at}`,
      comment: '',
      emptyLayer: false,
    }));
    return { settings: { ...EMPTY_SETTINGS, command }, layers, history, createdAt: 1e12 };
  }
}

/** Of files with their texts; names that end with "/" are directories. */
export function tarOf(files: Readonly<Record<string, string>>): Uint8Array {
  const common = { owner: 0, group: 0, modifiedAt: 1, target: '' };
  const pieces = Object.entries(files).flatMap(([path, text]) => {
    const content = new TextEncoder().encode(text);
    if (path.endsWith('/')) {
      return [tarHeader({ ...common, path: path.slice(0, -1), type: 'directory', mode: 0o755, sizeBytes: 0 })];
    }
    const header = tarHeader({ ...common, path, type: 'file', mode: 0o644, sizeBytes: content.length });
    return [header, content, tarPadding(content.length)];
  });
  return joinBytes([...pieces, tarEnd()]);
}

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function packed(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes));
}

export async function* inPieces(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const NO_EXCHANGE: ExchangeFiles = {
  inspect: () => Promise.reject(new Error('no files here')),
  read: () => inPieces(new Uint8Array(0)),
  readWithin: () => Promise.reject(new Error('no files here')),
  write: () => Promise.reject(new Error('no files here')),
  writeFolder: () => Promise.reject(new Error('no files here')),
};

/** Where nothing is to be asked of a registry. */
export const NO_HTTP: HttpClient = { exchange: () => Promise.reject(new Error('no network here')) };
