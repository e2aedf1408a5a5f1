import type { DiskPlace } from '../../src-core/hypervisor/layers/disk-work.ts';
import type { Compression } from '../../src-core/images/formats/compression.ts';

/** One piece of work on files that come from outside, or go there. */
export type ArchiveTask =
  /** Makes a file of a compressed one, with holes where there are zeros. */
  | { readonly kind: 'unpack'; readonly from: string; readonly to: string; readonly compression: Compression }
  /** Makes a plain kernel of a file that holds one. */
  | { readonly kind: 'kernel'; readonly from: string; readonly to: string }
  /** Looks for what a disk starts. */
  | { readonly kind: 'survey'; readonly disk: DiskPlace };

/** What a disk starts. */
export interface DiskSurvey {
  /** "Debian GNU/Linux 13 (trixie)", as its own os-release says; null where there is none. */
  readonly system: string | null;
  /** "/boot/vmlinuz-6.12.48 in partition 2". */
  readonly kernel: string;
  /** What kernel and initrd take in memory, unpacked where that is known. */
  readonly bootBytes: number;
}

export interface ArchiveTaskAnswers {
  readonly unpack: undefined;
  readonly kernel: undefined;
  readonly survey: DiskSurvey;
}
