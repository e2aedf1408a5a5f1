import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerImages } from '../../../src-core/containers/oci/container-images.ts';
import { ImageRoom } from '../../../src-core/containers/oci/image-room.ts';
import { nodeDecompress } from '../images/node-decompress.ts';
import { NodeExchangeFiles } from './oci-exchange-files.ts';
import { gzip } from './oci-gzip.ts';
import { NodeHttpClient } from './oci-http.ts';
import { NodeSecretFile } from './oci-secret-file.ts';
import { OciStorage } from './oci-storage.ts';

export interface ContainerImagesOptions {
  /** The service's data directory; container images live in its folder `containers`. */
  readonly dataDirectory: string;
}

/** The container images of this computer. `close` lets go of network connections. */
export function openContainerImages({
  dataDirectory,
}: ContainerImagesOptions): ContainerImages & { close(): Promise<void> } {
  const folder = join(dataDirectory, 'containers');
  const http = new NodeHttpClient();
  const room = new ImageRoom({
    storage: new OciStorage(folder),
    http,
    secrets: new NodeSecretFile(join(folder, 'credentials.json')),
    exchange: new NodeExchangeFiles(),
    decompress: nodeDecompress,
    gzip,
    sha256: () => {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
    },
    now: Date.now,
    uniqueName: randomUUID,
  });
  return Object.assign(room, { close: () => http.close() });
}
