import { createHash } from 'node:crypto';
import { DebianBaseImages } from '../../../src-core/containers/base-images/base-images.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import { canonicalName } from '../../../src-core/containers/oci/reference.ts';
import type { Files } from '../../../src-core/host/files.ts';
import type { HostModel } from '../../../src-core/host/host-model.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { ImageRoom } from '../../../src-core/images/image-room.ts';
import type { Hasher } from '../../../src-core/images/workshop.ts';
import type { Networks } from '../../../src-core/network/networks.ts';
import type { Logs } from '../logs.ts';
import type { Tasks } from '../tasks.ts';
import { ContainerBuilds } from './container-builds.ts';
import type { ContainerParts } from './container-events.ts';
import { openContainerImages } from './open-container-images.ts';
import { makeEngine } from './open-engine.ts';

interface Needs {
  readonly dataDirectory: string;
  readonly files: Files;
  readonly host: HostModel;
  readonly hypervisor: Hypervisor;
  readonly networks: Networks;
  readonly tasks: Tasks;
  /** Of machines: base images are made of the same archive. */
  readonly machineImages: ImageRoom;
  readonly logs: Logs;
}

export interface ComposedContainers extends ContainerParts {
  readonly builds: ContainerBuilds;
  /** Lets go of network connections. */
  close(): Promise<void>;
}

/** The container engine with its images and builds; the parts that know of each other only here. */
export function composeContainers(needs: Needs): ComposedContainers {
  const { dataDirectory, files, tasks, machineImages } = needs;
  const images = openContainerImages({ dataDirectory });
  const base = new DebianBaseImages({
    images,
    openArchive: (options) => machineImages.openArchive(options),
    // A base image is configured in a container.
    steps: { run: (step, signal) => engine.steps.run(step, signal) },
    md5: () => hasher('md5'),
  });
  const canonical = (reference: string): string => canonicalName(reference, `find image ${reference}`);
  const made = makeEngine({ ...needs, images, base, canonical });
  const engine: ContainerEngine = made.engine;
  const sha256 = (): Hasher => hasher('sha256');
  const builds = new ContainerBuilds({ dataDirectory, files, images, tasks, engine, work: made.work, sha256 });
  return { engine, images, base, work: made.work, builds, close: () => images.close() };
}

function hasher(algorithm: 'sha256' | 'md5'): Hasher {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}
