import type { Disposable } from '../../../base/disposable.ts';
import { CHANNEL } from '../../../guest/protocol.ts';
import type { ExecSession } from '../../../guest/exec-session.ts';
import type { Clock } from '../../../host/clock.ts';
import type { ContainerLog } from '../log/container-log.ts';
import { OutputFeed } from './output-feed.ts';
import type { OutputClient, OutputPiece } from './output-feed.ts';

/** What those who attach later are shown first. */
const REPLAY_BYTES = 64 * 1024;

/**
 * What a container's process prints, as it prints it: to the log, and to everyone who is attached. It is read no faster
 * than the slowest of them takes it, so that a flood is held back in the container.
 */
export class ContainerOutput {
  readonly #log: ContainerLog;
  readonly #clock: Clock;
  readonly #feeds = new Set<OutputFeed>();
  /** The last of what it printed since it was started. */
  #replay: OutputPiece[] = [];
  #replayBytes = 0;
  #waiting: (() => void)[] = [];

  constructor(log: ContainerLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    log.onChanged(() => this.#goOn());
  }

  /** A process begins. */
  connect(session: ExecSession): void {
    this.#replay = [];
    this.#replayBytes = 0;
    session.onData((bytes, channel, done) => {
      this.#log.write(bytes, channel === CHANNEL.stderr ? 'stderr' : 'stdout');
      const piece = { bytes, channel };
      this.#keep(piece);
      for (const feed of this.#feeds) feed.offer(piece);
      this.#waiting.push(done);
      this.#goOn();
    });
  }

  /**
   * From now on a client gets all output.
   * @param replay first the last of what was printed since the process was started
   * @param patient the process waits for it however long it takes nothing; else it misses what it does not take
   */
  attach(client: OutputClient, { replay, patient }: { replay: boolean; patient: boolean }): AttachedOutput {
    const feed = new OutputFeed(client, this.#clock, patient, () => this.#goOn());
    if (replay) for (const piece of this.#replay) feed.offer(piece);
    this.#feeds.add(feed);
    const dispose = (): void => {
      this.#feeds.delete(feed);
      feed.close();
    };
    return { dispose, flushed: () => feed.flushed() };
  }

  /** Its process has ended, and all that it printed was heard. */
  endRun(): void {
    this.#log.endRun();
  }

  #keep(piece: OutputPiece): void {
    this.#replay.push(piece);
    this.#replayBytes += piece.bytes.length;
    for (let first = this.#replay[0]; first && this.#replayBytes - first.bytes.length >= REPLAY_BYTES;) {
      this.#replay.shift();
      this.#replayBytes -= first.bytes.length;
      first = this.#replay[0];
    }
  }

  #goOn(): void {
    if (this.#waiting.length === 0 || this.#log.full) return;
    if ([...this.#feeds].some((feed) => feed.full)) return;
    for (const done of this.#waiting.splice(0)) done();
  }
}

export interface AttachedOutput extends Disposable {
  /** All that was printed so far has been handed to the client, or it is gone. */
  flushed(): Promise<void>;
}
