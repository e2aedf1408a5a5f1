import type { Clock, Random } from '../host/clock.ts';
import type { Files } from '../host/files.ts';
import type { NetworkRunner } from './network-runner.ts';

/** What networks find around them. */
export interface NetworkSurroundings {
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  /** The `networks` folder of the data directory. */
  readonly directory: string;
  readonly runner: NetworkRunner;
  /** Networks that this computer itself is on: "192.168.1.7/24". */
  readonly hostNetworks: () => readonly string[];
  readonly log: {
    info(message: string, data?: Readonly<Record<string, unknown>>): void;
    warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  };
}
