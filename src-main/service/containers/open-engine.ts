import { join } from 'node:path';
import type { Files } from '../../../src-core/host/files.ts';
import type { HostModel } from '../../../src-core/host/host-model.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { Networks } from '../../../src-core/network/networks.ts';
import { overlayArchive } from '../../../src-core/containers/build/overlay-archive.ts';
import { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import { sessionBytes } from '../../../src-core/containers/engine/session-bytes.ts';
import { HypervisorNodes } from '../../../src-core/containers/engine/nodes/hypervisor-nodes.ts';
import { openNodeRuntime } from '../../../src-core/containers/node/open-node-runtime.ts';
import type { BaseImages, ContainerImages } from '../../../src-core/containers/oci/container-images.ts';
import { hostFolders } from '../handlers/share-folders.ts';
import type { Logs } from '../logs.ts';
import { nodeClock, nodeRandom } from '../os/node-clock.ts';
import { probePort } from '../os/port-probe.ts';
import type { Tasks } from '../tasks.ts';
import { ContainerImageWork } from './container-image-work.ts';
import { NodeLogFiles } from './node-log-files.ts';

interface Needs {
  readonly dataDirectory: string;
  readonly files: Files;
  readonly host: HostModel;
  readonly hypervisor: Hypervisor;
  readonly networks: Networks;
  readonly tasks: Tasks;
  readonly images: ContainerImages;
  readonly base: BaseImages;
  readonly canonical: (reference: string) => string;
  readonly logs: Logs;
}

/** The container engine of a data directory, over this computer. */
export function makeEngine(needs: Needs): { engine: ContainerEngine; work: ContainerImageWork } {
  const { dataDirectory, files, host, hypervisor, networks, tasks, images, base, canonical, logs } = needs;
  const log = {
    info: (message: string, data: object = {}) => logs.service.info(data, message),
    warn: (message: string, data: object = {}) => logs.service.warn(data, message),
  };
  const folders = hostFolders(dataDirectory);
  const work = new ContainerImageWork(images, base, tasks, canonical);
  const engine = new ContainerEngine({
    ...{ files, networks, folders, images, probePort, log },
    logFiles: new NodeLogFiles(),
    clock: nodeClock,
    random: nodeRandom,
    directory: join(dataDirectory, 'containers'),
    host: { ports: host.ports, memoryBytes: host.meter.facts.memoryBytes },
    machines: new HypervisorNodes({ hypervisor, folders, clock: nodeClock, log, runtimeOf: openNodeRuntime }),
    pull: (reference) => work.pull(reference).done,
    layerOf: (written) => overlayArchive(sessionBytes(written, 'read what a step wrote')),
  });
  return { engine, work };
}
