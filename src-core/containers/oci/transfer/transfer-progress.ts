import type { TransferWork } from '../container-images.ts';

/** How far several blobs are that move at the same time: one line for all, that names the first that is not done. */
export class BlobProgress {
  readonly #work: TransferWork;
  readonly #blobs: { readonly label: string; readonly sizeBytes: number; doing: string; done: number }[] = [];

  constructor(work: TransferWork) {
    this.#work = work;
  }

  /** @param label "layer 2 of 5" @param sizeBytes that stand for all of it */
  add(label: string, sizeBytes: number): (doing: string, doneBytes: number) => void {
    const blob = { label, sizeBytes, doing: '', done: 0 };
    this.#blobs.push(blob);
    return (doing, doneBytes) => {
      Object.assign(blob, { doing, done: Math.min(doneBytes, sizeBytes) });
      this.#tell(this.#blobs.find((each) => each.doing !== '' && each.done < each.sizeBytes) ?? blob);
    };
  }

  #tell(current: { readonly label: string; readonly doing: string }): void {
    const sum = (of: 'done' | 'sizeBytes'): number => this.#blobs.reduce((total, blob) => total + blob[of], 0);
    this.#work.progress({
      phase: `${current.doing} ${current.label}`,
      fraction: sum('done') / Math.max(1, sum('sizeBytes')),
    });
  }
}
