import type { AbortSignalLike } from '../../images/image.ts';
import type { Clock, Random } from '../../host/clock.ts';
import type { Files } from '../../host/files.ts';
import type { PortLeases } from '../../host/port-leases.ts';
import type { PortProbe } from '../../host/port-probe.ts';
import type { HostFolders } from '../../hypervisor/shares/shares.ts';
import type { Networks } from '../../network/networks.ts';
import type { ContainerImages, LocalImage } from '../oci/container-images.ts';
import type { LogFiles } from './log/log-files.ts';
import type { NodeMachines } from './nodes/node-machine.ts';
import type { LayerOf } from './step-runner.ts';

/** What happens is written down for whoever looks for a cause later. */
export interface EngineLog {
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** What the engine finds around it. */
export interface EngineSurroundings {
  readonly files: Files;
  readonly logFiles: LogFiles;
  readonly clock: Clock;
  readonly random: Random;
  /** `containers` of the data directory. */
  readonly directory: string;
  readonly host: { readonly ports: PortLeases; readonly memoryBytes: number };
  readonly probePort: PortProbe;
  readonly networks: Networks;
  readonly folders: HostFolders;
  readonly machines: NodeMachines;
  readonly images: ContainerImages;
  /** An image by its name, from a registry or made here, as listed work. @throws AppError */
  readonly pull: (reference: string, signal?: AbortSignalLike) => Promise<LocalImage>;
  /** Makes layers of what steps of builds wrote. */
  readonly layerOf?: LayerOf | undefined;
  readonly log: EngineLog;
}
