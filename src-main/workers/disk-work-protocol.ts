import type {
  CopyRequest,
  DiskCheck,
  DiskDetails,
  DiskPlace,
  FoldRequest,
} from '../../src-core/hypervisor/layers/disk-work.ts';

/** One piece of work on disks. */
export type DiskTask =
  | { readonly kind: 'copy'; readonly request: CopyRequest }
  | { readonly kind: 'grow'; readonly disk: DiskPlace; readonly sizeBytes: number }
  | { readonly kind: 'inspect'; readonly disk: DiskPlace }
  | { readonly kind: 'check'; readonly disk: DiskPlace; readonly repair: boolean }
  | { readonly kind: 'fold'; readonly request: FoldRequest };

export interface DiskTaskAnswers {
  readonly copy: undefined;
  readonly grow: undefined;
  readonly inspect: DiskDetails;
  readonly check: DiskCheck;
  readonly fold: undefined;
}
