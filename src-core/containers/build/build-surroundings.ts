import type { Clock } from '../../host/clock.ts';
import type { AbortSignalLike } from '../../images/image.ts';
import type { Hasher } from '../../images/workshop.ts';
import type { StepRunner } from '../engine/step-runner.ts';
import type { ContainerImages, LocalImage, TransferWork } from '../oci/container-images.ts';
import type { BuildCache } from './build-cache.ts';
import type { AddedArchive } from './copy-items.ts';
import type { SourceTree } from './source-tree.ts';

/** What a build finds around it. */
export interface BuildSurroundings {
  readonly images: ContainerImages;
  /** An image by name: it is pulled or made where it is not here. */
  ensure(reference: string, renew: boolean, work: TransferWork): Promise<LocalImage>;
  readonly steps: StepRunner;
  readonly cache: BuildCache;
  readonly clock: Clock;
  sha256(): Hasher;
  /** What layers show together, lowest first. */
  tree(diffIds: readonly string[]): SourceTree;
  /** The entries, in a tar archive without its end, that unpacking an archive in a directory makes. */
  unpack(archive: AddedArchive): AsyncIterable<Uint8Array>;
}

export interface BuildRequest {
  /** Its text. */
  readonly containerfile: string;
  /** Without what .dockerignore leaves out. */
  readonly context: SourceTree;
  readonly tags: readonly string[];
  readonly arguments: Readonly<Record<string, string>>;
  /** The stage to be built; the last for null. */
  readonly target: string | null;
  readonly noCache: boolean;
  readonly renew: boolean;
}

export interface BuildWork {
  readonly signal: AbortSignalLike;
  progress(progress: { readonly phase: string; readonly fraction: number | null }): void;
  /** What is told of each step, and what its program prints. */
  output(bytes: Uint8Array): void;
}
