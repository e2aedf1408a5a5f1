import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { OutputStream } from './io.ts';
import { printable } from './output.ts';

const BAR_CELLS = 24;
const PLAIN_STEP = 0.25;

/** Shows a task: a bar that is drawn over itself on a terminal, else a line for each phase and quarter. */
export class ProgressLine {
  readonly #out: OutputStream;
  #last = '';
  #drawn = false;

  constructor(out: OutputStream) {
    this.#out = out;
  }

  show(task: TaskView): void {
    if (task.state !== 'running') return;
    const line = this.#out.isTTY ? this.#bar(task) : plainLine(task);
    if (line === this.#last) return;
    this.#last = line;
    this.#out.write(this.#out.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
    this.#drawn = true;
  }

  /** Takes the bar away, so that what follows stands on its own line. */
  clear(): void {
    if (this.#drawn && this.#out.isTTY) this.#out.write('\r\u001b[K');
    this.#drawn = false;
  }

  #bar({ phase, fraction }: TaskView): string {
    if (fraction === null) return printable(phase);
    const filled = Math.round(fraction * BAR_CELLS);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_CELLS - filled)}] ${percent(fraction).padStart(5)}`;
    // A line that wraps could not be drawn over.
    const room = Math.max(0, (this.#out.columns ?? 80) - bar.length - 2);
    return `${bar} ${printable(phase).slice(0, room)}`;
  }
}

function plainLine({ phase, fraction }: TaskView): string {
  if (fraction === null) return printable(phase);
  return `${printable(phase)} ${percent(Math.floor(fraction / PLAIN_STEP) * PLAIN_STEP)}`;
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`;
}
