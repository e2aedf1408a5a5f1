import type { InnkeeperClient } from '../../../src-core/contract/contract.ts';
import { type LogLine, logLineSchema } from '../../../src-core/contract/containers.ts';
import { type Failure, toFailure } from '../../../src-core/contract/failures.ts';
import { JsonLines } from '../../parts/json-lines.ts';
import { service } from '../../state/session.ts';
import type { NumberedLine } from './log-text.ts';

type Stream = Awaited<ReturnType<InnkeeperClient['containers']['logs']>>;

/** What is shown now; a new object whenever it changed. */
export interface LogState {
  readonly status: 'opening' | 'open' | 'ended';
  /** Oldest first. */
  readonly lines: readonly NumberedLine[];
  /** Lines that were let go for newer ones. */
  readonly dropped: number;
  readonly failure: Failure | null;
}

/** Enough to search in, and what a window can hold of the largest lines. */
const MOST_LINES = 20_000;
/** Half as many again are held before the oldest go: moving all of them for each new one would cost too much. */
const SLACK_LINES = MOST_LINES / 2;
/** A flood of lines is drawn ten times a second. */
const DRAW_EVERY_MS = 100;

/** The log of one container while its page is open: what there is of it, and what comes. */
export class LogReader {
  readonly #container: string;
  #state: LogState = { status: 'opening', lines: [], dropped: 0, failure: null };
  #lines: NumberedLine[] = [];
  #dropped = 0;
  #count = 0;
  #stream: Stream | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #handlers = new Set<() => void>();
  /** Counts openings, so that what an earlier one still brings is dropped. */
  #opening = 0;

  constructor(container: string) {
    this.#container = container;
  }

  readonly subscribe = (handler: () => void): (() => void) => {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  };

  readonly state = (): LogState => this.#state;

  async open(): Promise<void> {
    this.close();
    const opening = this.#opening;
    this.#lines = [];
    this.#dropped = 0;
    this.#set({ status: 'opening', lines: [], dropped: 0, failure: null });
    try {
      const stream = await service().containers.logs({ container: this.#container, tail: MOST_LINES, follow: true });
      if (opening === this.#opening) this.#use(stream, opening);
      else stream.close();
    } catch (error) {
      if (opening === this.#opening) this.#ended(error);
    }
  }

  close(): void {
    this.#opening += 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stream?.close();
    this.#stream = null;
  }

  #use(stream: Stream, opening: number): void {
    this.#stream = stream;
    this.#set({ status: 'open' });
    const lines = new JsonLines(logLineSchema);
    stream.onData((bytes, _channel, done) => {
      if (opening === this.#opening) this.#take(lines.push(bytes));
      done();
    });
    stream.result.then(
      () => opening === this.#opening && this.#set({ status: 'ended', lines: [...this.#lines] }),
      (error: unknown) => opening === this.#opening && this.#ended(error),
    );
  }

  #take(lines: readonly LogLine[]): void {
    for (const line of lines) this.#lines.push({ ...line, number: (this.#count += 1) });
    if (this.#lines.length > MOST_LINES + SLACK_LINES) {
      this.#dropped += this.#lines.splice(0, this.#lines.length - MOST_LINES).length;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#set({ lines: [...this.#lines], dropped: this.#dropped });
    }, DRAW_EVERY_MS);
  }

  #ended(error: unknown): void {
    this.#set({ status: 'ended', failure: toFailure(error, 'read the log') });
  }

  #set(change: Partial<LogState>): void {
    this.#state = { ...this.#state, ...change };
    for (const handler of this.#handlers) handler();
  }
}
