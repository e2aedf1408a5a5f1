import type { z } from 'zod';

/**
 * How the contract is written down. A topic is a record of calls and streams, each with zod schemas; the
 * client, the dispatcher, the preload bridge and the command line derive their types from these records.
 */

export interface CallDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly kind: 'call';
  readonly input: I;
  readonly output: O;
}

/**
 * A stream is opened with `input`, answered with `opened`, carries bytes on numbered channels both ways under
 * credit, small `control` values from the client, and ends with a `result`.
 */
export interface StreamDefinition<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  C extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly kind: 'stream';
  readonly input: I;
  readonly opened: O;
  readonly control: C;
  readonly result: R;
}

export type Topic = Readonly<Record<string, CallDefinition | StreamDefinition>>;
export type Contract = Readonly<Record<string, Topic>>;

export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): CallDefinition<I, O> {
  return { kind: 'call', input, output };
}

export function stream<I extends z.ZodType, O extends z.ZodType, C extends z.ZodType, R extends z.ZodType>(schemas: {
  input: I;
  opened: O;
  control: C;
  result: R;
}): StreamDefinition<I, O, C, R> {
  return { kind: 'stream', ...schemas };
}

/** The client's end of one open stream. */
export interface ClientStream<Opened, Control, Result> {
  readonly opened: Opened;
  /** Bytes from the service. Credit goes back when the handler calls `done` (or its promise resolves). */
  onData(handler: (bytes: Uint8Array, channel: number, done: () => void) => void | Promise<void>): void;
  /** Sends bytes; resolves once the service has room for more. */
  write(bytes: Uint8Array, channel?: number): Promise<void>;
  /** No more bytes will be sent on this channel. */
  finish(channel?: number): void;
  control(value: Control): void;
  /** How the stream ended. Rejects with an AppError when it failed or the connection was lost. */
  readonly result: Promise<Result>;
  /** Ends the stream from this side. */
  close(): void;
}

export type ClientOf<C extends Contract> = {
  readonly [T in keyof C]: {
    readonly [M in keyof C[T]]: C[T][M] extends CallDefinition<infer I, infer O>
      ? (input: z.input<I>) => Promise<z.output<O>>
      : C[T][M] extends StreamDefinition<infer I, infer O, infer K, infer R>
        ? (input: z.input<I>) => Promise<ClientStream<z.output<O>, z.input<K>, z.output<R>>>
        : never;
  };
};

/** The service's end of one open stream. */
export interface ServerStream<Control, Result> {
  /** Sends bytes; resolves when the client's credit allows more. */
  write(bytes: Uint8Array, channel?: number): Promise<void>;
  /** Bytes from the client; `done` gives the credit back. */
  onData(handler: (bytes: Uint8Array, channel: number, done: () => void) => void | Promise<void>): void;
  onFinish(handler: (channel: number) => void): void;
  onControl(handler: (value: Control) => void): void;
  /** The client closed the stream or its connection went away. */
  onClose(handler: () => void): void;
  end(result: Result): void;
  fail(error: unknown): void;
}

/** What the service implements: the handlers behind a contract. */
export type HandlersOf<C extends Contract> = {
  readonly [T in keyof C]: {
    readonly [M in keyof C[T]]: C[T][M] extends CallDefinition<infer I, infer O>
      ? (input: z.output<I>) => Promise<z.input<O>>
      : C[T][M] extends StreamDefinition<infer I, infer O, infer K, infer R>
        ? (input: z.output<I>, stream: ServerStream<z.output<K>, z.input<R>>) => Promise<z.input<O>>
        : never;
  };
};
