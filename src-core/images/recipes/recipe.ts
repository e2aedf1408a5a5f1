import type { DebianArchive } from '../debian/archive.ts';
import type { PackageRecord } from '../debian/packages.ts';
import type { Decompress } from '../formats/compression.ts';
import type { BuilderMachine } from '../builder-machine.ts';
import type { ByteSource } from '../formats/byte-source.ts';
import type { BuildOptions, ImageCard, ImageFile } from '../image.ts';
import type { Hasher } from '../workshop.ts';

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
  /** The folder that becomes the image; what the dish does not name is to be removed again. */
  readonly table: Table;
  readonly builder: BuilderMachine;
  md5(): Hasher;
}

/** Files of an image in the making. */
export interface Table {
  /** @throws AppError 'disk-full' */
  write(file: string, content: ByteSource): Promise<ImageFile>;
  /** Where a file is on this computer. */
  absolute(file: string): string;
  remove(file: string): Promise<void>;
}

/** What comes of it: the same packages and agent give the same kernel and initrd, byte for byte. */
export interface Dish {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly commandLine: string;
  /** "Debian 13.7, Linux 6.12.107". */
  readonly contents: string;
  readonly packages: readonly PackageRecord[];
  /** Its machines are nodes of the container engine. */
  readonly runsContainers?: boolean;
  /** A qcow2 image that lies on the table; null where it runs from memory alone. */
  readonly disk: { readonly file: string; readonly virtualBytes: number } | null;
}
