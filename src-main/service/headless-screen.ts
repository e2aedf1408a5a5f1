import xterm from '@xterm/headless';
import type { TerminalSize } from '../../src-core/contract/machines.ts';
import type { Screen } from '../../src-core/contract/snapshots.ts';
import type { ScreenReader } from '../../src-core/hypervisor/snapshots/screen-reader.ts';

/** More than any screen needs of it, and little enough to be quick. */
const MOST_BYTES = 256 * 1024;

/** Reads screens with the same terminal that the window has. */
export class HeadlessScreens implements ScreenReader {
  async read(output: Uint8Array, { columns, rows }: TerminalSize): Promise<Screen> {
    const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 0, allowProposedApi: true });
    try {
      await new Promise<void>((done) => terminal.write(output.subarray(-MOST_BYTES), done));
      const { active } = terminal.buffer;
      const lines = Array.from({ length: rows }, (_, row) => {
        return active.getLine(active.viewportY + row)?.translateToString(true) ?? '';
      });
      return { columns, rows, lines };
    } finally {
      terminal.dispose();
    }
  }
}
