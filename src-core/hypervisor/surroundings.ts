import type { OwnAgent } from '../guest/agent-renewal.ts';
import type { Clock, Random } from '../host/clock.ts';
import type { Files } from '../host/files.ts';
import type { HostModel } from '../host/host-model.ts';
import type { DiskLeases } from './disk-leases.ts';
import type { ImagePreparation } from './image-preparation.ts';
import type { DiskWork } from './layers/disk-work.ts';
import type { LongWork } from './layers/long-work.ts';
import type { LayerPool } from './layers/layer-pool.ts';
import type { MachineStore } from './machine-store.ts';
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
  readonly screens: ScreenReader;
  readonly tasks: LongWork;
  /** Renews that of guests. */
  readonly ownAgent?: OwnAgent | undefined;
  readonly log: MachineLog;
}
