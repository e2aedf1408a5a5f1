import { AppError } from '../base/errors.ts';
import type { ServerStream, StreamDefinition } from './define.ts';
import { toFailure } from './failures.ts';
import { invalidInput } from './invalid-input.ts';
import { MAX_STREAM_CHANNELS, StreamFlow } from './stream-flow.ts';
import type { ClientMessage, ServerMessage } from './wire.ts';

export type ClientStreamMessage = Exclude<Extract<ClientMessage, { stream: number }>, { kind: 'open' }>;

export interface ServedStreamOutlet {
  send(message: ServerMessage): void;
  /** The stream is over; its number is not used again. */
  forget(): void;
  /** A handler threw something that is no AppError. */
  defect(error: unknown): void;
}

/** The service's end of a stream, from the client's `open` to its end. */
export class ServedStream {
  readonly facade: ServerStream<unknown, unknown>;
  readonly #id: number;
  readonly #definition: StreamDefinition;
  readonly #doing: string;
  readonly #outlet: ServedStreamOutlet;
  readonly #flow: StreamFlow;
  readonly #finished = new Set<number>();
  readonly #controls: unknown[] = [];
  #onFinish: ((channel: number) => void) | undefined;
  #onControl: ((value: unknown) => void) | undefined;
  readonly #onClose: (() => void)[] = [];
  #state: 'opening' | 'open' | 'ending' | 'ended' | 'closed' = 'opening';

  constructor(id: number, definition: StreamDefinition, doing: string, outlet: ServedStreamOutlet) {
    this.#id = id;
    this.#definition = definition;
    this.#doing = doing;
    this.#outlet = outlet;
    this.#flow = new StreamFlow(
      {
        data: (channel, bytes) => outlet.send({ kind: 'data', stream: id, channel, bytes }),
        credit: (channel, bytes) => outlet.send({ kind: 'credit', stream: id, channel, bytes }),
        handlerFailed: (error) => this.#fail(error),
      },
      true,
    );
    this.facade = this.#makeFacade();
  }

  /** The handler answered: from now on bytes may be sent. */
  opened(output: unknown): void {
    if (this.#state === 'closed' || this.#state === 'ended') return;
    if (this.#state === 'opening') this.#state = 'open';
    this.#outlet.send({ kind: 'opened', stream: this.#id, output });
    this.#flow.release();
  }

  /** The handler refused. */
  refused(error: unknown): void {
    if (this.#state === 'closed' || this.#state === 'ended') return;
    this.#break(error);
  }

  /** @returns false when the client broke the rules of the protocol */
  receive(message: ClientStreamMessage): boolean {
    switch (message.kind) {
      case 'data':
        // After `finish` there is nothing more to come on a channel.
        return !this.#finished.has(message.channel) && this.#flow.receive(message.bytes, message.channel);
      case 'credit':
        return this.#flow.grant(message.bytes, message.channel);
      case 'finish':
        return this.#receiveFinish(message.channel);
      case 'control':
        this.#receiveControl(message.value);
        return true;
      case 'close':
        this.close();
        return true;
    }
  }

  /** The client is gone: everything that waits rejects, and the handler hears of it once. */
  close(): void {
    if (this.#state === 'ended' || this.#state === 'closed') return;
    this.#over('closed', 'the client closed it');
    for (const handler of this.#onClose) this.#guarded(handler);
  }

  #receiveFinish(channel: number): boolean {
    if (this.#finished.has(channel) || channel >= MAX_STREAM_CHANNELS) return false;
    this.#finished.add(channel);
    this.#guarded(() => this.#onFinish?.(channel));
    return true;
  }

  #receiveControl(value: unknown): void {
    const control = this.#definition.control.safeParse(value);
    if (!control.success) {
      this.#break(invalidInput(this.#doing, control.error));
      return;
    }
    if (this.#onControl) {
      this.#guarded(() => this.#onControl?.(control.data));
      return;
    }
    // Before the handler listens only the latest few count: a terminal's size, not its history.
    this.#controls.push(control.data);
    if (this.#controls.length > MAX_WAITING_CONTROLS) this.#controls.shift();
  }

  #makeFacade(): ServerStream<unknown, unknown> {
    return {
      write: (bytes, channel = 0) => this.#flow.write(bytes, channel),
      onData: (handler) => this.#flow.onData(handler),
      onFinish: (handler) => {
        this.#onFinish = handler;
        for (const channel of this.#finished) this.#guarded(() => handler(channel));
      },
      onControl: (handler) => {
        this.#onControl = handler;
        for (const value of this.#controls.splice(0)) this.#guarded(() => handler(value));
      },
      onClose: (handler) => {
        if (this.#state === 'closed') this.#guarded(handler);
        else this.#onClose.push(handler);
      },
      end: (result) => this.#afterWrites(() => this.#finish({ kind: 'ended', stream: this.#id, result })),
      fail: (error) => this.#fail(error),
    };
  }

  /** What was written before the end arrives before the end. */
  #afterWrites(then: () => void): void {
    if (this.#state !== 'opening' && this.#state !== 'open') return;
    this.#state = 'ending';
    this.#flow.afterAllWrites(then);
  }

  #fail(error: unknown): void {
    this.#afterWrites(() => this.#break(error));
  }

  #break(error: unknown): void {
    if (!(error instanceof AppError)) this.#outlet.defect(error);
    this.#finish({ kind: 'broken', stream: this.#id, failure: toFailure(error, this.#doing) });
  }

  #finish(last: ServerMessage): void {
    if (this.#state === 'ended' || this.#state === 'closed') return;
    this.#outlet.send(last);
    this.#over('ended', 'it has ended');
  }

  #over(state: 'ended' | 'closed', because: string): void {
    this.#state = state;
    this.#flow.end(new AppError({ code: 'cancelled', doing: this.#doing, because }));
    this.#outlet.forget();
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#break(error);
    }
  }
}

const MAX_WAITING_CONTROLS = 16;
