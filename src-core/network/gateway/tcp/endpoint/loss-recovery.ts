import { Blocks, DUPLICATE_THRESHOLD } from './blocks.ts';

/** What is on the way, what of it was lost, and what is sent again: RFC 6675 with selective acknowledgments, else RFC 6582. */
export class LossRecovery {
  /** Both ends use selective acknowledgments. */
  selective = false;
  mss = 536;
  /**
   * open: nothing is missed. recovery: something was lost while the rest arrives. loss: nothing was acknowledged in time,
   * and all that was on the way counts as lost.
   */
  #mode: 'open' | 'recovery' | 'loss' = 'open';
  /** The mode ends when this is acknowledged. */
  #recover = 0;
  /** Before it, what was lost has been sent again: HighRxt. */
  #again = 0;
  /** Before it, all that is in no block is lost. */
  #lostBelow = 0;
  #forced = false;
  #duplicates = 0;
  #blocks: Blocks | null = null;

  get isOpen(): boolean {
    return this.#mode === 'open';
  }

  /** The next that was lost is sent whatever the congestion window says. */
  get isForced(): boolean {
    return this.#forced;
  }

  /** @returns whether something arrived that was not known to have */
  noteBlocks(sack: readonly number[], una: number, nxt: number): boolean {
    let news = false;
    if (!this.selective) return false;
    for (let at = 0; at + 1 < sack.length; at += 2) {
      const begin = sack[at] ?? 0;
      const end = sack[at + 1] ?? 0;
      // Also those of RFC 2883, which say what arrived twice, are let by.
      if (begin <= una || begin >= end || end > nxt) continue;
      this.#blocks ??= new Blocks();
      news = this.#blocks.add(begin, end) || news;
    }
    return news;
  }

  /** An acknowledgment of nothing new: RFC 5681 §2. */
  duplicate(): void {
    this.#duplicates++;
  }

  /** So many bytes more arrived. @returns whether the congestion window grows by them */
  advanced(bytes: number, una: number): boolean {
    const grows = this.#mode !== 'recovery';
    this.#blocks?.drop(una);
    if (this.#mode !== 'open' && una >= this.#recover) this.#mode = 'open';
    if (this.#mode === 'open') this.#duplicates = 0;
    else if (this.#mode === 'recovery' && !this.selective) this.#partial(bytes, una);
    return grows;
  }

  /** Looks whether something was lost. @returns true when that is news: then the congestion window is to shrink */
  detects(una: number, nxt: number): boolean {
    const below = this.selective && this.#blocks !== null ? this.#blocks.lostBelow(this.mss) : 0;
    if (this.#mode === 'recovery') this.#lostBelow = Math.max(this.#lostBelow, below);
    if (this.#mode !== 'open' || una === nxt) return false;
    if (below <= una && (this.#duplicates < DUPLICATE_THRESHOLD || una < this.#recover)) return false;
    this.#mode = 'recovery';
    this.#begin(una, nxt, Math.max(below, Math.min(nxt, una + this.mss)));
    return true;
  }

  /**
   * Nothing was acknowledged in time.
   * @param first whether it is the first time for what was sent
   * @returns whether that is news: then the congestion threshold is to shrink
   */
  timedOut(una: number, nxt: number, first: boolean): boolean {
    const news = first && this.#mode !== 'loss';
    // RFC 2018 §8: who said that something arrived may have dropped it since.
    if (!first) this.#blocks = null;
    this.#mode = 'loss';
    this.#duplicates = 0;
    this.#begin(una, nxt, nxt);
    return news;
  }

  /** Bytes that are on the way, as far as can be known: RFC 6675 §4, SetPipe. */
  pipe(una: number, nxt: number): number {
    const flight = nxt - una;
    const arrived = this.selective
      ? (this.#blocks?.bytes ?? 0)
      : Math.min(this.#duplicates * this.mss, Math.max(0, flight - this.mss));
    if (this.#mode === 'open') return flight - arrived;
    const from = Math.max(una, this.#again);
    const below = Math.min(this.#lostBelow, nxt);
    const lost = below > from ? below - from - (this.#blocks?.bytesBetween(from, below) ?? 0) : 0;
    return Math.max(0, flight - arrived - lost);
  }

  /** The first that was lost and was not sent again; null when there is none. */
  missing(una: number, nxt: number): { readonly from: number; readonly to: number } | null {
    if (this.#mode === 'open') return null;
    const from = Math.max(una, this.#again);
    const below = Math.min(this.#lostBelow, nxt);
    if (this.#blocks !== null) return this.#blocks.gap(from, below);
    return from < below ? { from, to: below } : null;
  }

  /** What was missing was sent again, up to there. */
  resent(end: number): void {
    this.#again = Math.max(this.#again, end);
    this.#forced = false;
  }

  clear(): void {
    this.#blocks = null;
  }

  #begin(una: number, nxt: number, lostBelow: number): void {
    this.#recover = nxt;
    this.#again = una;
    this.#lostBelow = lostBelow;
    this.#forced = true;
  }

  /** RFC 6582 §3.2 step 3: what follows was lost as well. */
  #partial(bytes: number, una: number): void {
    this.#duplicates = Math.max(0, this.#duplicates - Math.floor(bytes / this.mss));
    this.#again = una;
    this.#lostBelow = una + this.mss;
    this.#forced = true;
  }
}
