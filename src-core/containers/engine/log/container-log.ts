import { inOnePiece } from '../../../base/join-bytes.ts';
import { Emitter } from '../../../base/emitter.ts';
import type { Disposable } from '../../../base/disposable.ts';
import type { LogLine } from '../../../contract/containers.ts';
import type { Clock } from '../../../host/clock.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogFiles } from './log-files.ts';

/** Two files of this size, the older of which goes when the newer is full. */
const FILE_BYTES = 8 * 1024 * 1024;
/** Lines that wait to be written; with more, the process waits. */
const LINE_FEED = 0x0a;
const NOTHING = new Uint8Array(0);
const WAITING_BYTES = 256 * 1024;

/**
 * What a container printed, over all its runs: lines of JSON in `log`, those before in `log.1`. A place in it is the
 * number of bytes since the beginning of the older file when it was opened; places only grow.
 */
export class ContainerLog {
  readonly #files: LogFiles;
  readonly #clock: Clock;
  readonly #current: string;
  readonly #older: string;
  readonly #onProblem: (error: unknown) => void;
  readonly #fileBytes: number;
  readonly #changed = new Emitter<undefined>();
  readonly #splitters = { stdout: new LineSplitter('stdout'), stderr: new LineSplitter('stderr') };
  #opened: Promise<void> | null = null;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #olderStart = 0;
  #currentStart = 0;
  #end = 0;
  #isClosed = false;
  #isFailing = false;

  /** @param folder of the container @param onProblem lines could not be kept; told once */
  constructor(
    files: LogFiles,
    folder: string,
    clock: Clock,
    onProblem: (error: unknown) => void,
    fileBytes = FILE_BYTES,
  ) {
    this.#fileBytes = fileBytes;
    this.#files = files;
    this.#clock = clock;
    this.#current = files.join(folder, 'log');
    this.#older = files.join(folder, 'log.1');
    this.#onProblem = onProblem;
  }

  /** Its process is to wait. */
  get full(): boolean {
    return this.#waitingBytes >= WAITING_BYTES;
  }

  /** There is more to be read, there is room again, or it was closed. */
  onChanged(listener: () => void): Disposable {
    return this.#changed.on(listener);
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  write(bytes: Uint8Array, stream: LogLine['stream']): void {
    this.#add(this.#splitters[stream].take(bytes, this.#clock.now()));
  }

  /** Its process has ended: what it printed last is a line, whether it ended it or not. */
  endRun(): void {
    const now = this.#clock.now();
    this.#add([...this.#splitters.stdout.end(now), ...this.#splitters.stderr.end(now)]);
  }

  /** The places of the first and of the last byte that can be read now. */
  async range(): Promise<{ readonly start: number; readonly end: number }> {
    await this.#open();
    return { start: this.#olderStart, end: this.#end };
  }

  /** At most so many bytes from a place on, or from the first place that is still there. */
  async read(from: number, most: number): Promise<{ readonly from: number; readonly bytes: Uint8Array }> {
    await this.#open();
    const at = Math.max(from, this.#olderStart);
    const to = Math.min(at + most, this.#end);
    const turn = this.#currentStart;
    const pieces = await Promise.all([
      at < turn ? this.#files.readRange(this.#older, at - this.#olderStart, Math.min(to, turn) - at) : NOTHING,
      to > turn ? this.#files.readRange(this.#current, Math.max(at, turn) - turn, to - Math.max(at, turn)) : NOTHING,
    ]);
    // The files have changed places meanwhile.
    if (turn !== this.#currentStart) return this.read(from, most);
    return { from: at, bytes: inOnePiece(pieces) };
  }

  /** All that was printed is in the files when this resolves. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Its container is gone: readers end. */
  close(): void {
    this.#isClosed = true;
    this.#changed.fire(undefined);
  }

  #add(lines: readonly LogLine[]): void {
    if (lines.length === 0 || this.#isClosed) return;
    const bytes = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      await this.#open();
      while (this.#waiting.length > 0 && !this.#isClosed) await this.#writeSome();
    } catch (error) {
      // Where nothing can be written (the disk is full), what is printed is lost; the process goes on.
      this.#waiting = [];
      this.#waitingBytes = 0;
      if (!this.#isFailing) this.#onProblem(error);
      this.#isFailing = true;
    } finally {
      this.#writing = null;
      this.#changed.fire(undefined);
    }
  }

  async #writeSome(): Promise<void> {
    const taken = this.#waiting;
    this.#waiting = [];
    const bytes = inOnePiece(taken);
    if (this.#end - this.#currentStart + bytes.length > this.#fileBytes && this.#end > this.#currentStart) {
      await this.#rotate();
    }
    await this.#files.append(this.#current, bytes);
    this.#isFailing = false;
    this.#end += bytes.length;
    this.#waitingBytes -= bytes.length;
    this.#changed.fire(undefined);
  }

  async #rotate(): Promise<void> {
    await this.#files.remove(this.#older);
    await this.#files.rename(this.#current, this.#older);
    this.#olderStart = this.#currentStart;
    this.#currentStart = this.#end;
  }

  /** A line that a crash cut off is one of its own: readers leave it out. */
  async #mend(size: number): Promise<void> {
    if (size === 0) return;
    const last = await this.#files.readRange(this.#current, size - 1, 1);
    if (last[0] === LINE_FEED) return;
    await this.#files.append(this.#current, Uint8Array.of(LINE_FEED));
    this.#end++;
  }

  #open(): Promise<void> {
    this.#opened ??= (async () => {
      const [older, current] = await Promise.all([
        this.#files.inspect(this.#older),
        this.#files.inspect(this.#current),
      ]);
      this.#currentStart = older?.sizeBytes ?? 0;
      this.#end = this.#currentStart + (current?.sizeBytes ?? 0);
      await this.#mend(current?.sizeBytes ?? 0);
    })();
    return this.#opened;
  }
}
