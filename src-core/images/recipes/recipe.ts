import type { DebianArchive } from '../debian/archive.ts';
import type { PackageRecord } from '../debian/packages.ts';
import type { Decompress } from '../formats/compression.ts';
import type { BuildOptions, ImageCard } from '../image.ts';

/** How an image is made. */
export interface Recipe {
  readonly card: ImageCard;
  /** Where its packages come from. */
  readonly archive: { readonly suite: string; readonly component: string; readonly architecture: string };
  /** @throws AppError as `Images.build` */
  build(kitchen: Kitchen): Promise<Dish>;
}

/** What a recipe works with. */
export interface Kitchen {
  readonly archive: DebianArchive;
  readonly decompress: Decompress;
  /** The guest agent's program, for QuickJS. */
  readonly agentSource: string;
  readonly options: BuildOptions;
}

/** What comes of it: the same packages and agent give the same bytes. */
export interface Dish {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly commandLine: string;
  /** "Debian 13.7, Linux 6.12.107". */
  readonly contents: string;
  readonly packages: readonly PackageRecord[];
}
