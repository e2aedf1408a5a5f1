import type { BaseImage, ImageSettings } from '../../contract/container-images.ts';
import type { DebianArchive } from '../../images/debian/archive.ts';
import type { BuildOptions } from '../../images/image.ts';
import type { Hasher } from '../../images/workshop.ts';
import type { StepRunner } from '../engine/step-runner.ts';
import type { ContainerImages, LocalLayer, TransferWork } from '../oci/container-images.ts';

/** What base images are made with. */
export interface BaseKitchen {
  /** @throws AppError 'network', 'corrupt', 'unavailable', 'disk-full', 'cancelled' */
  openArchive(options: BuildOptions): Promise<DebianArchive>;
  readonly images: ContainerImages;
  readonly steps: StepRunner;
  md5(): Hasher;
}

/** How one is made. */
export interface BaseRecipe {
  readonly card: Omit<BaseImage, 'present'>;
  /** The names that it is known by, normalised: "docker.io/library/debian:13". */
  readonly names: readonly string[];
  make(archive: DebianArchive, kitchen: BaseKitchen, work: TransferWork): Promise<BaseDish>;
}

export interface BaseDish {
  readonly settings: ImageSettings;
  /** Lowest first, with what made each. */
  readonly layers: readonly { readonly layer: LocalLayer; readonly createdBy: string }[];
  /** Of the archive that it came from, in milliseconds since 1970: the same packages make the same image. */
  readonly createdAt: number;
}

export const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Nothing but a command and a path. */
export function settingsOf(command: readonly string[]): ImageSettings {
  return {
    entrypoint: [],
    command: [...command],
    environment: [DEFAULT_PATH],
    workingDirectory: '',
    user: '',
    ports: [],
    volumes: [],
    labels: {},
    stopSignal: null,
    healthCheck: null,
  };
}
