import { z } from 'zod';
import { bytesSchema, nameSchema, timeSchema } from '../contract/names.ts';

/** A VM image on disk: a folder `images/NAME` with `image.json` (this document) and the files that it lists. */
export const IMAGE_DOCUMENT = 'image.json';
/** 2 knows of disks. Documents of version 1 are read as they are: they have none. */
export const IMAGE_DOCUMENT_VERSION = 2;
const OLDER_VERSION = 1;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'A SHA-256 digest has 64 hexadecimal digits');

/** A file of the image's own folder; a plain name, so that a document can never point outside. */
const imageFileSchema = z.object({
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'A plain file name'),
  sizeBytes: bytesSchema,
  sha256: sha256Schema,
});
export type ImageFile = z.infer<typeof imageFileSchema>;

/** The disk of an image. Nothing ever writes to it: each machine has a layer of its own over it. */
const imageDiskSchema = imageFileSchema.extend({
  /** What a guest sees. */
  virtualBytes: bytesSchema,
  format: z.literal('qcow2'),
});
export type ImageDisk = z.infer<typeof imageDiskSchema>;

/** Kernel and initrd lie beside the disk. Documents from before there was another way do not tell the kind. */
const bootFromFilesSchema = z.object({
  kind: z.literal('files').default('files'),
  /** A plain RISC-V `Image`. */
  kernel: imageFileSchema,
  initrd: imageFileSchema.nullable(),
  /** The kernel's parameters; who starts a machine appends `hostname=NAME` and what the board needs. */
  commandLine: z.string(),
});

/**
 * The kernel lies on the disk, and is looked for there whenever a machine is switched on: in the machine's own disk, so
 * that one which its guest has installed since is booted.
 */
const bootFromDiskSchema = z.object({
  kind: z.literal('disk'),
  /** In place of the parameters that the disk's boot loader is configured with; null to take those. */
  commandLine: z.string().nullable(),
});
export type ImageBoot = z.infer<typeof bootFromFilesSchema> | z.infer<typeof bootFromDiskSchema>;

/** A package that the image was built from. */
const imagePackageSchema = z.object({
  name: z.string(),
  version: z.string(),
  sha256: sha256Schema,
  sizeBytes: bytesSchema,
});
export type ImagePackage = z.infer<typeof imagePackageSchema>;

export const imageDocumentSchema = z.object({
  version: z.literal([OLDER_VERSION, IMAGE_DOCUMENT_VERSION]),
  name: nameSchema,
  title: z.string(),
  /** "Debian 13.7, Linux 6.12.107, BusyBox 1.37.0": from what was really built. */
  contents: z.string(),
  createdAt: timeSchema,
  /** How it came to be here. What was not built here cannot be had again by itself. */
  origin: z.enum(['built', 'imported', 'saved']).default('built'),
  boot: z.union([bootFromFilesSchema, bootFromDiskSchema]),
  /** null: it runs from memory alone. */
  disk: imageDiskSchema.nullable().default(null),
  /** Its disk was somebody's: a machine made from it needs a machine-id, host keys and random seed of its own. */
  generalize: z.boolean().default(false),
  /** Its machines are nodes of the container engine: they see the layers of container images. */
  runsContainers: z.boolean().optional(),
  packages: z.array(imagePackageSchema),
  defaults: z.object({ processors: z.number().int().min(1), memoryBytes: bytesSchema }),
  minimumMemoryBytes: bytesSchema,
});
export type ImageDocument = z.infer<typeof imageDocumentSchema>;

/** The files of an image's folder, without the document itself. */
export function filesOf({ boot, disk }: Pick<ImageDocument, 'boot' | 'disk'>): readonly ImageFile[] {
  const booted = boot.kind === 'files' ? [boot.kernel, boot.initrd] : [];
  return [...booted, disk].filter((file) => file !== null);
}

/** An image that is here and complete. */
export interface ImageRecord {
  readonly document: ImageDocument;
  /** Absolute paths of the files to boot from; null for what it has not, or has on its disk. */
  readonly kernelPath: string | null;
  readonly initrdPath: string | null;
  /** Absolute path of its disk; null where it has none. */
  readonly diskPath: string | null;
  /** Of all files of the image. */
  readonly sizeBytes: number;
}

/** How far long work has come. */
export interface BuildProgress {
  /** "Downloading linux-image". */
  readonly phase: string;
  /** Of this phase, 0 to 1; null where it cannot be known. */
  readonly fraction: number | null;
}
export type ReportProgress = (progress: BuildProgress) => void;

export interface BuildOptions {
  readonly progress: ReportProgress;
  readonly signal: AbortSignalLike;
}

/** What of the standard AbortSignal is used, so that this layer needs neither DOM nor Node. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * The service's view of all images. Implemented by `ImageRoom` over a storage; `openImageRoom` in
 * src-main/service/images composes it with this computer's files and network.
 */
export interface Images {
  /** What can be had, and what it would take. */
  catalog(): readonly ImageCard[];
  /** Of what can be made, also of what only Innkeeper itself has a use for. */
  card(name: string): ImageCard | undefined;
  /** The images that are here, sorted by name. A damaged one is left out. */
  list(): Promise<readonly ImageRecord[]>;
  /** @throws AppError 'not-found' */
  get(name: string): Promise<ImageRecord>;
  /**
   * Builds an image of the catalogue, or answers the one that is here.
   * @throws AppError 'not-found' | 'network' | 'corrupt' | 'disk-full' | 'cancelled' | 'unavailable' | 'guest-failed'
   */
  build(name: string, options: BuildOptions): Promise<ImageRecord>;
  /** The caller has made sure that no machine uses it. @throws AppError 'not-found' */
  remove(name: string): Promise<void>;
  /** Takes away what an interrupted build left; to be called once, before the first build. */
  sweep(): Promise<void>;
}

/** A catalogue entry without what only the service knows (`present`). */
export interface ImageCard {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly downloadBytes: number;
  readonly defaults: { readonly processors: number; readonly memoryBytes: number };
  readonly minimumMemoryBytes: number;
  /** What its making is called, where it is not people who choose it. */
  readonly making?: string;
}
