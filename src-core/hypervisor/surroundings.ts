import type { Networks } from '../network/networks.ts';
import type { OwnAgent } from '../guest/agent-renewal.ts';
import type { Clock, Random } from '../host/clock.ts';
import type { Files } from '../host/files.ts';
import type { PortProbe } from '../host/port-probe.ts';
import type { HostModel } from '../host/host-model.ts';
import type { Booted, BootedHardware } from './booted/booted-snapshot.ts';
import type { BootedStore } from './booted/booted-store.ts';
import type { MachineDefinition } from './store/definition.ts';
import type { DiskLeases } from './machine-disks/disk-leases.ts';
import type { ImagePreparation } from './life/image-preparation.ts';
import type { DiskWork } from './layers/disk-work.ts';
import type { LongWork } from './layers/long-work.ts';
import type { LayerPool } from './layers/layer-pool.ts';
import type { MachineStore } from './store/machine-store.ts';
import type { RunRecord } from './store/run-record.ts';
import type { ScreenReader } from './snapshots/screen-reader.ts';
import type { SnapshotStore } from './snapshots/snapshot-store.ts';
import type { MachineRunner } from './runner.ts';

/** What happens to machines is written down for whoever looks for a cause later. */
export interface MachineLog {
  info(machine: string, message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(machine: string, message: string, data?: Readonly<Record<string, unknown>>): void;
  /** The machine is gone for good. */
  forget(machine: string): void;
}

/** What a machine finds around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly host: HostModel;
  readonly images: ImagePreparation;
  readonly runner: MachineRunner;
  readonly store: MachineStore;
  readonly snapshots: SnapshotStore;
  readonly disks: DiskLeases;
  readonly layers: LayerPool;
  readonly work: DiskWork;
  readonly networks: Networks;
  readonly probePort: PortProbe;
  readonly screens: ScreenReader;
  readonly tasks: LongWork;
  readonly booted: BootedStore;
  /** The folder with the layers of container images, which nodes see. */
  readonly containerLayers: string;
  /** Whether images are booted once, so that their machines need not be. */
  readonly isQuickStartOn: () => boolean;
  /** Renews that of guests. */
  readonly ownAgent?: OwnAgent | undefined;
  readonly log: MachineLog;
}

/** Where a machine that is nothing but its image can go on from. */
export interface QuickStart {
  readonly booted: Booted;
  readonly scrollback: Uint8Array;
}

export interface QuickStarts {
  /** What a machine that is to be switched on can go on from instead; null for nothing. Never fails. */
  find(definition: MachineDefinition, record: RunRecord): Promise<QuickStart | null>;
  /** It turned out to be of no use: the machine boots instead. */
  giveUp(image: string, booted: Booted): Promise<void>;
  /** A machine that was nothing but its image has come up: the next one is not to wait for that again. */
  bootedOne(image: string, hardware: BootedHardware): void;
}

/** What a machine finds around it, and what the hypervisor adds. */
export interface MachineSurroundings extends Surroundings {
  readonly quickStarts: QuickStarts;
}
