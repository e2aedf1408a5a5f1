import type { DiskPlace } from '../../src-core/hypervisor/layers/disk-work.ts';
import type { ExportPart } from '../../src-core/hypervisor/machine-file/export-parts.ts';
import type { Member } from '../../src-core/hypervisor/machine-file/manifest.ts';
import type { Compression } from '../../src-core/images/formats/compression.ts';

import type { NamesBelow } from './layer-renaming.ts';

/** One piece of work on files that come from outside, or go there. */
export type ArchiveTask =
  /** Makes a file of a compressed one, with holes where there are zeros. */
  | { readonly kind: 'unpack'; readonly from: string; readonly to: string; readonly compression: Compression }
  /** Makes a plain kernel of a file that holds one. */
  | { readonly kind: 'kernel'; readonly from: string; readonly to: string }
  /** Looks for what a disk starts. */
  | { readonly kind: 'survey'; readonly disk: DiskPlace }
  /** Writes a machine's file. The manifest has room for the digests of the parts. */
  | {
      readonly kind: 'pack';
      readonly path: string;
      readonly manifest: Uint8Array;
      readonly parts: readonly ExportPart[];
    }
  /** Reads the manifest of such a file. */
  | { readonly kind: 'manifest'; readonly path: string }
  /** Takes everything out of it. */
  | {
      readonly kind: 'extract';
      readonly path: string;
      /** SHA-256 of the manifest, which is to be the one that was read before. */
      readonly manifest: string;
      readonly targets: readonly ExtractTarget[];
      readonly names: NamesBelow;
    };

export interface ExtractTarget extends Member {
  /** Where it goes on this computer. */
  readonly to: string;
  /** Of a layer: its new name. */
  readonly layer: { readonly kind: 'disks' | 'memory'; readonly name: string } | null;
}

/** What each layer is built on, both by their new names. */
export interface UnpackedLinks {
  readonly disks: Record<string, string | null>;
  readonly memory: Record<string, string | null>;
}

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
  readonly pack: undefined;
  readonly manifest: Uint8Array;
  readonly extract: UnpackedLinks;
}
