import { AppError } from '../base/errors.ts';
import type { ClientStream, StreamDefinition } from './define.ts';
import { fromFailure } from './failures.ts';
import { StreamFlow, quietly } from './stream-flow.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

export type StreamMessage = Extract<ServerMessage, { stream: number }>;

/** The client's end of a stream from the moment that it asks for it. */
export class OpenStream {
  /** Resolves when the service has opened it. */
  readonly opened: Promise<ClientStream<unknown, unknown, unknown>>;
  readonly #id: number;
  readonly #definition: StreamDefinition;
  readonly #doing: string;
  readonly #send: (message: ClientMessage) => void;
  readonly #forget: () => void;
  readonly #flow: StreamFlow;
  readonly #result: Promise<unknown>;
  #settleOpened!: { resolve(stream: ClientStream<unknown, unknown, unknown>): void; reject(error: Error): void };
  #settleResult!: { resolve(result: unknown): void; reject(error: Error): void };
  #over = false;

  constructor(
    id: number,
    definition: StreamDefinition,
    doing: string,
    send: (message: ClientMessage) => void,
    forget: () => void,
  ) {
    this.#id = id;
    this.#definition = definition;
    this.#doing = doing;
    this.#send = send;
    this.#forget = forget;
    this.opened = quietly(new Promise((resolve, reject) => (this.#settleOpened = { resolve, reject })));
    this.#result = quietly(new Promise((resolve, reject) => (this.#settleResult = { resolve, reject })));
    const outlet = {
      data: (channel: number, bytes: Uint8Array) => send({ kind: 'data', stream: id, channel, bytes }),
      credit: (channel: number, bytes: number) => send({ kind: 'credit', stream: id, channel, bytes }),
      handlerFailed: (error: unknown) => this.#close(error),
    };
    this.#flow = new StreamFlow(outlet, false);
  }

  /** @returns false when the service broke the rules of credit */
  receive(message: StreamMessage): boolean {
    switch (message.kind) {
      case 'opened':
        this.#announce(message.output);
        return true;
      case 'data':
        return this.#flow.receive(message.bytes, message.channel);
      case 'credit':
        return this.#flow.grant(message.bytes, message.channel);
      case 'ended':
        this.#finishWith(message.result);
        return true;
      case 'broken':
        this.fail(fromFailure(message.failure));
        return true;
    }
  }

  /** Everything that waits on this stream rejects. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    this.#flow.end(error);
    this.#settleOpened.reject(error);
    this.#settleResult.reject(error);
  }

  #announce(output: unknown): void {
    const opened = this.#definition.opened.safeParse(output);
    if (!opened.success) {
      this.#close(misunderstood(this.#doing, opened.error));
      return;
    }
    this.#settleOpened.resolve(this.#facade(opened.data));
  }

  #finishWith(value: unknown): void {
    const result = this.#definition.result.safeParse(value);
    if (!result.success) {
      this.fail(misunderstood(this.#doing, result.error));
      return;
    }
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    const ended = new AppError({ code: 'cancelled', doing: this.#doing, because: 'it has ended' });
    this.#flow.end(ended);
    this.#settleOpened.reject(ended);
    this.#settleResult.resolve(result.data);
  }

  #close(cause: unknown): void {
    if (this.#over) return;
    this.#send({ kind: 'close', stream: this.#id });
    this.fail(
      cause instanceof Error
        ? cause
        : new AppError({ code: 'cancelled', doing: this.#doing, because: 'it was closed from this side', cause }),
    );
  }

  #facade(opened: unknown): ClientStream<unknown, unknown, unknown> {
    const stream = this.#id;
    return {
      opened,
      result: this.#result,
      onData: (handler) => this.#flow.onData(handler),
      write: (bytes, channel = 0) => this.#flow.write(bytes, channel),
      finish: (channel = 0) => this.#flow.afterWrites(channel, () => this.#send({ kind: 'finish', stream, channel })),
      control: (value) => {
        if (!this.#over) this.#send({ kind: 'control', stream, value });
      },
      close: () => this.#close(undefined),
    };
  }
}

/** The other side runs another version, or is not what we took it for. */
export function misunderstood(doing: string, cause: unknown): AppError {
  return new AppError({
    code: 'unavailable',
    doing,
    because: 'the service answered in a way that this version does not understand',
    hint: 'Stop the service and start it again, so that both sides have the same version.',
    cause,
  });
}
