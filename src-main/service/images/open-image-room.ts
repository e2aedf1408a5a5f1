import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DEBIAN_ARCHIVE_KEYS } from '../../../src-core/images/debian/keyring.ts';
import { KNOWN_INDEXES } from '../../../src-core/images/debian/known-indexes.ts';
import { countryMirror, countryOf, debianMirrors } from '../../../src-core/images/debian/sources.ts';
import { ImageRoom } from '../../../src-core/images/image-room.ts';
import { ImageStore } from '../../../src-core/images/image-store.ts';
import type { MachineRunner } from '../../../src-core/hypervisor/runner.ts';
import type { Hasher, Workshop } from '../../../src-core/images/workshop.ts';
import { readAptConfiguration, systemKeyrings } from './apt-configuration.ts';
import { nodeDecompress } from './node-decompress.ts';
import { WorkerRunner } from '../worker-runner.ts';
import { RunnerBuilder } from './runner-builder.ts';
import { NodeFetcher } from './node-fetcher.ts';
import { defaultCacheDirectory } from '../os/cache-directory.ts';
import { NodeStorage } from './node-storage.ts';
import { verifyClearSigned } from './openpgp-verify.ts';

export interface ImageRoomOptions {
  /** The service's data directory; images live in its folder `images`. */
  readonly dataDirectory: string;
  /** For downloads; where the person's other caches are unless given. */
  readonly cacheDirectory?: string;
  /** The setting `debianMirror`; null: as this computer's apt is configured, else the country's mirror. */
  readonly debianMirror: () => string | null;
  /** The guest agent's program, for QuickJS. */
  readonly agentSource: () => Promise<string>;
  /** Runs builders; asked for when one is to run. A new one unless given. */
  readonly runner?: () => Promise<MachineRunner>;
}

/** What images are built with on this computer. `close` lets go of network connections. */
export function openWorkshop(options: Pick<ImageRoomOptions, 'dataDirectory' | 'cacheDirectory' | 'runner'>): {
  readonly workshop: Workshop;
  readonly close: () => Promise<void>;
} {
  const fetcher = new NodeFetcher(async () => (await readAptConfiguration()).proxies);
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory();
  const workshop: Workshop = {
    images: new NodeStorage(join(options.dataDirectory, 'images')),
    cache: new NodeStorage(cacheDirectory),
    fetcher,
    decompress: nodeDecompress,
    verifyClearSigned,
    builder: new RunnerBuilder(options.runner ?? (() => WorkerRunner.open())),
    sha256: () => hasher('sha256'),
    md5: () => hasher('md5'),
    now: Date.now,
    uniqueName: randomUUID,
  };
  return { workshop, close: () => fetcher.close() };
}

/** The folder of images, for whoever makes one in another way than by a recipe. */
export function openImageStore(dataDirectory: string): ImageStore {
  const images = new NodeStorage(join(dataDirectory, 'images'));
  return new ImageStore({ images, sha256: () => hasher('sha256'), uniqueName: randomUUID });
}

/** The images of this computer. `close` lets go of network connections. */
export function openImageRoom(options: ImageRoomOptions): ImageRoom & { close(): Promise<void> } {
  const { workshop, close } = openWorkshop(options);
  const room = new ImageRoom(workshop, {
    archive: async () => {
      const { sources, mirrorList, checks } = await readAptConfiguration();
      const mirrors = chooseMirrors(options.debianMirror(), debianMirrors(sources, mirrorList), process.env);
      const keyrings = await systemKeyrings();
      return { mirrors, checks, trusted: DEBIAN_ARCHIVE_KEYS, keyrings, knownIndexes: KNOWN_INDEXES };
    },
    agentSource: options.agentSource,
  });
  return Object.assign(room, { close });
}

/** @throws AppError 'unavailable' when neither the settings, apt nor the locale name one */
export function chooseMirrors(
  setting: string | null,
  ofApt: readonly string[],
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  if (setting !== null) return [setting.replace(/\/+$/, '')];
  if (ofApt.length > 0) return ofApt;
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'];
  return [countryMirror(countryOf(locale || Intl.DateTimeFormat().resolvedOptions().locale))];
}

function hasher(algorithm: 'sha256' | 'md5'): Hasher {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}
