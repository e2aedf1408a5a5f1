import type { ContainerLimits } from '../../contract/containers.ts';
import type { ExecSession } from '../../guest/exec-session.ts';
import type { AbortSignalLike } from '../../images/image.ts';

/** Runs one command in a container that nobody sees, for what is made of containers: builds, base images. */
export interface StepRunner {
  /**
   * The container is gone when this resolves, whatever happened; `changes` is called in between, while what it wrote
   * is still there, if its process ended with status 0.
   * @throws AppError when it could not be run
   */
  run(step: Step, signal: AbortSignalLike): Promise<{ readonly exitStatus: number; readonly outOfMemory: boolean }>;
}

export interface Step {
  /** Diff ids, lowest first. */
  readonly layers: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  readonly user: string;
  readonly limits: ContainerLimits;
  /** Null: no network at all. Else a network's name. */
  readonly network: string | null;
  readonly addCapabilities: readonly string[];
  output(bytes: Uint8Array, channel: 'stdout' | 'stderr'): void;
  /** An uncompressed tar archive in the form of the OCI image-spec, of what the step changed; sorted, so that the same changes give the same bytes. */
  changes(archive: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Makes an archive in the form of the OCI image-spec of what overlayfs kept of a container's changes. */
export type LayerOf = (written: ExecSession) => AsyncIterable<Uint8Array>;
