import type { DiskFormat } from '../../disks/format.ts';
import type { AbortSignalLike } from '../../images/image.ts';

/** A disk among the files of this computer. */
export interface DiskPlace {
  readonly path: string;
  readonly format: DiskFormat;
  /** Made by Innkeeper: it may be built on other layers of the pool and on an image's disk. Others on nothing. */
  readonly own: boolean;
}

/** Who waits for long work. */
export interface WorkWatch {
  /** Of the whole, 0 to 1; some times a second. */
  readonly progress: (fraction: number) => void;
  /** Raised, the work ends soon, with an AppError 'cancelled'. */
  readonly signal: AbortSignalLike;
}

export interface CopyRequest {
  /** Nothing writes to it meanwhile. What shows through it from below is copied too. */
  readonly from: DiskPlace;
  /** A new file that stands alone; nothing may be there yet. */
  readonly to: {
    readonly path: string;
    readonly format: DiskFormat;
    /** Clusters are packed with deflate, as `qemu-img convert -c` does; for qcow2 only. */
    readonly compress?: boolean;
    /** Not smaller than `from`, whose size it has otherwise. */
    readonly sizeBytes?: number;
  };
}

/** What can be learned of a disk by looking at it alone. */
export interface DiskDetails {
  /** What a guest sees. */
  readonly sizeBytes: number;
  /** Content in this file itself, without what shows through from below. */
  readonly ownBytes: number;
}

/** `clean` says that neither damage nor leaks were found, or that all leaks are mended now. */
export interface DiskCheck {
  readonly corruptions: number;
  readonly leaks: number;
  readonly clean: boolean;
}

/** The disks that a layer without an owner stands between. */
export interface FoldRequest {
  /** The layer that goes: `upper` alone is built on it, and nothing else needs it. */
  readonly lower: DiskPlace;
  readonly upper: DiskPlace;
}

/**
 * Heavy work on disks that no machine has open for writing, away from the service's own thread. Implemented with worker
 * threads by src-main. One piece of work after the other is carried out; all end with AppErrors.
 */
export interface DiskWork {
  /** The file is on the disk, whole, when this resolves, and not there at all when it rejects. */
  copy(request: CopyRequest, watch?: WorkWatch): Promise<void>;
  /** Makes it larger; the new part reads as zeros. @throws AppError 'invalid-input' for a smaller size */
  grow(disk: DiskPlace, sizeBytes: number): Promise<void>;
  inspect(disk: DiskPlace): Promise<DiskDetails>;
  /** @param repair gives back leaked clusters */
  check(disk: DiskPlace, repair: boolean): Promise<DiskCheck>;
  /**
   * Makes one layer of two; it has the name of the upper, shows what the upper showed, and is built on what the lower was
   * built on. At every moment, also after a crash, the upper shows the same. The lower's file may be there
   * afterwards; nothing is built on it then.
   */
  fold(request: FoldRequest, watch?: WorkWatch): Promise<void>;
}
