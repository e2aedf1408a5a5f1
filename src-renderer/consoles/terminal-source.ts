import type { ByteTarget } from './console-input.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal shows and where its keys go: one open stream, whatever it is of. */
export interface TerminalStream extends ByteTarget {
  /** Bytes at the beginning that were printed earlier: what the terminal answers to them goes nowhere. */
  readonly replayBytes: number;
  onData(handler: (bytes: Uint8Array, done: () => void) => void): void;
  resize(size: TerminalSize): void;
  close(): void;
  /** The status of what ran, where there is one. Rejects when the stream failed. */
  readonly ended: Promise<number | null>;
}

export interface TerminalSource {
  /** Completes "Failed to …". */
  readonly doing: string;
  /** What comes is lines that end with a line feed alone, as where there is no terminal on the other side. */
  readonly linesOnly?: boolean;
  /** Nothing can be typed. */
  readonly readOnly?: boolean;
  /** It cannot be opened again after the connection was lost: a new one would be another. */
  readonly once?: boolean;
  open(size: TerminalSize): Promise<TerminalStream>;
}

interface OpenStream {
  onData(handler: (bytes: Uint8Array, channel: number, done: () => void) => void): void;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** The parts that all streams of the contract have alike. */
export function terminalStream(
  stream: OpenStream,
  more: Pick<TerminalStream, 'replayBytes' | 'resize' | 'ended'>,
): TerminalStream {
  return {
    ...more,
    onData: (handler) => stream.onData((bytes, _channel, done) => handler(bytes, done)),
    write: (bytes) => stream.write(bytes),
    close: () => stream.close(),
  };
}
