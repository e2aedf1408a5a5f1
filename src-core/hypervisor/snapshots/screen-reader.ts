import type { TerminalSize } from '../../contract/machines.ts';
import type { Screen } from '../../contract/snapshots.ts';

/** A terminal without a window; implemented by src-main. */
export interface ScreenReader {
  /** What a terminal of this size shows after this output. */
  read(output: Uint8Array, size: TerminalSize): Promise<Screen>;
}
