import type { Disposable } from '../../base/disposable.ts';
import type {
  BaseImage,
  ContainerImageDetail,
  ContainerImageView,
  ImageSettings,
  LayerFile,
} from '../../contract/container-images.ts';
import type { AbortSignalLike } from '../../images/image.ts';

/**
 * The container images of a data directory: `containers/blobs/sha256/HEX` holds what moves (manifests, configurations,
 * packed layers), by digest; `containers/layers/HEX/` the unpacked archive of each layer with its index, by diff id;
 * `containers/images.json` the names. What no name, container or pin reaches is garbage.
 */
export interface ContainerImages {
  /** Once, before anything else: what a crash left half-made is removed. */
  open(): Promise<void>;
  list(): readonly LocalImage[];
  /** @param reference a name, a digest, an id or the beginning of one @throws AppError 'not-found' */
  get(reference: string, doing: string): LocalImage;
  find(reference: string): LocalImage | undefined;
  view(image: LocalImage, usedBy: readonly string[]): ContainerImageView;
  detail(image: LocalImage, usedBy: readonly string[]): Promise<ContainerImageDetail>;
  files(diffId: string, from: number, search: string): Promise<{ files: LayerFile[]; total: number }>;
  /** Only layers that are not here move; an interrupted one goes on where it was. @throws AppError */
  pull(reference: string, work: TransferWork): Promise<LocalImage>;
  push(reference: string, to: string, work: TransferWork): Promise<void>;
  tag(reference: string, name: string): Promise<LocalImage>;
  /** @returns bytes that were freed */
  remove(reference: string, inUse: (image: LocalImage) => boolean): Promise<number>;
  prune(isWanted: (image: LocalImage) => boolean): Promise<{ images: number; freedBytes: number }>;
  save(references: readonly string[], path: string, form: 'oci' | 'docker', work: TransferWork): Promise<void>;
  load(path: string, work: TransferWork): Promise<readonly LocalImage[]>;
  /**
   * Takes in one layer as an uncompressed tar archive in the form of the OCI image-spec (layer.md: whiteouts as .wh. files).
   * @param upon diff ids of the layers that it comes to lie upon, lowest first: directories of which it says nothing stay as
   *   they are there
   */
  addLayer(archive: AsyncIterable<Uint8Array>, work: TransferWork, upon?: readonly string[]): Promise<LocalLayer>;
  /** A layer that is here, whoever has it. */
  findLayer(diffId: string): LocalLayer | undefined;
  /** Makes an image of layers that are here. @param names none: it is found by its id only, and pruned when unused */
  addImage(made: MadeImage, names: readonly string[]): Promise<LocalImage>;
  /** Keeps images and layers from being removed as garbage until it is disposed of. */
  pin(diffIds: readonly string[]): Disposable;
  login(registry: string, user: string, password: string): Promise<void>;
  logout(registry: string): Promise<void>;
  registries(): readonly { registry: string; user: string }[];
  onChanged(listener: (image: LocalImage) => void): Disposable;
  onRemoved(listener: (id: string) => void): Disposable;
}

export interface TransferWork {
  readonly signal: AbortSignalLike;
  progress(progress: TransferProgress): void;
}

export interface TransferProgress {
  /** "Downloading layer 2 of 5". */
  readonly phase: string;
  readonly fraction: number | null;
}

export interface LocalLayer {
  /** "sha256:…" of the uncompressed archive. */
  readonly diffId: string;
  /** Of the archive, uncompressed. */
  readonly sizeBytes: number;
  /** How it moves; null where it has not been packed yet. */
  readonly packed: { readonly digest: string; readonly mediaType: string; readonly sizeBytes: number } | null;
}

export interface LocalImage {
  /** Digest of its configuration. */
  readonly id: string;
  /** Digest of its manifest. */
  readonly digest: string;
  /** Normalised: "docker.io/library/busybox:latest". */
  readonly names: readonly string[];
  readonly settings: ImageSettings;
  /** Lowest first. */
  readonly layers: readonly LocalLayer[];
  readonly history: readonly HistoryEntry[];
  readonly createdAt: number | null;
  readonly arrivedAt: number;
}

/** OCI image-spec, config.md. */
export interface HistoryEntry {
  readonly createdAt: number | null;
  readonly createdBy: string;
  readonly comment: string;
  readonly emptyLayer: boolean;
}

export interface MadeImage {
  readonly settings: ImageSettings;
  readonly layers: readonly LocalLayer[];
  readonly history: readonly HistoryEntry[];
  readonly createdAt: number;
  readonly author?: string;
}

/** Images that are made here, of Debian's packages. Implemented by base-images/. */
export interface BaseImages {
  list(): readonly BaseImage[];
  /** @param reference normalised @returns undefined when it is not one of these */
  find(reference: string): BaseImage | undefined;
  make(name: string, work: TransferWork): Promise<LocalImage>;
}
