import type { TransferWork } from '../container-images.ts';
import type { LocalImages } from '../local-images.ts';
import type { Contents } from './contents.ts';

/** What is loaded, and how. */
export interface Loading {
  readonly local: LocalImages;
  readonly contents: Contents;
  readonly work: TransferWork;
  readonly doing: string;
  /** Digests that must stay for now. */
  readonly about: (digests: readonly string[]) => void;
}
