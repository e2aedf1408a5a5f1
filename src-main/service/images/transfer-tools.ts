import type { Surroundings } from '../../../src-core/hypervisor/surroundings.ts';
import type { Images, ReportProgress } from '../../../src-core/images/image.ts';
import type { ImageStore } from '../../../src-core/images/image-store.ts';
import type { ArchiveWorkers } from '../archive-workers.ts';
import type { Tasks } from '../tasks.ts';
import type { HeldImages } from './held-images.ts';

/** What images that come from outside, go there, or come out of machines are made with. */
export interface TransferTools {
  readonly images: Images;
  readonly store: ImageStore;
  readonly tasks: Tasks;
  readonly archive: ArchiveWorkers;
  readonly around: Surroundings;
  readonly held: HeldImages;
  /** Called after an image came to be there. */
  readonly onMade: (name: string) => void;
}

/** What one piece of work tells and hears while it goes on. */
export interface TransferWatch {
  readonly progress: ReportProgress;
  readonly signal: AbortSignal;
}
