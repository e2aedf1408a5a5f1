import type { Disposable } from '../base/disposable.ts';
import { AppError } from '../base/errors.ts';
import type { Contract, HandlersOf } from './define.ts';
import type { ServiceEvent } from './events.ts';
import { toFailure } from './failures.ts';
import { isWithin } from './message-size.ts';
import { MethodTable } from './method-table.ts';
import type { Handlers } from './method-table.ts';
import { doingOf } from './phrases.ts';
import { ServedStream } from './server-stream.ts';
import type { ServedStreamOutlet } from './server-stream.ts';
import { clientMessageSchema } from './wire.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from './wire.ts';

/** Requests that one client may have unanswered, and streams that it may have open. */
export const MAX_PENDING_REQUESTS = 256;
export const MAX_OPEN_STREAMS = 128;

/** What the service implements. `events.subscribe` is answered by the dispatcher itself. */
export type ServedHandlers<C extends Contract> = Omit<HandlersOf<C>, 'events'>;

export interface ServeOptions {
  /** Tells `listener` every event from now on. */
  onEvent(listener: (event: ServiceEvent) => void): Disposable;
  /** One event for every object there is. */
  snapshotEvents(): Iterable<ServiceEvent> | Promise<Iterable<ServiceEvent>>;
  /** A handler threw something that is no AppError: a defect of ours, for the log. */
  onDefect?(error: unknown, method: string): void;
  /** The client broke the protocol and was cut off. */
  onViolation?(what: string): void;
}

/**
 * Serves one connection. Whatever the client sends ends in an answer, a failure, or the end of this connection;
 * never in an exception and never in memory without bound.
 */
export function serve<C extends Contract>(
  contract: C,
  handlers: ServedHandlers<C>,
  channel: MessageChannel<ServerMessage, ClientMessage>,
  options: ServeOptions,
): Disposable {
  const connection = new ServedConnection(contract, handlers as Handlers, channel, options);
  return { dispose: () => connection.end() };
}

class ServedConnection {
  readonly #methods: MethodTable;
  readonly #channel: MessageChannel<ServerMessage, ClientMessage>;
  readonly #options: ServeOptions;
  readonly #pending = new Set<number>();
  readonly #streams = new Map<number, ServedStream>();
  #lastId = -1;
  #subscription: Disposable | undefined;
  #open = true;

  constructor(
    contract: Contract,
    handlers: Handlers,
    channel: MessageChannel<ServerMessage, ClientMessage>,
    options: ServeOptions,
  ) {
    this.#methods = new MethodTable(contract, { ...handlers, events: { subscribe: () => this.#subscribe() } });
    this.#channel = channel;
    this.#options = options;
    channel.onClose(() => this.#closed());
    channel.onMessage((message) => this.#receive(message));
  }

  end(): void {
    this.#channel.close();
    this.#closed();
  }

  #receive(received: unknown): void {
    if (!this.#open) return;
    const parsed = clientMessageSchema.safeParse(received);
    if (!parsed.success) {
      this.#violation('a message that is none');
      return;
    }
    const message = parsed.data;
    if (message.kind === 'request') void this.#request(message);
    else if (message.kind === 'open') void this.#openStream(message);
    else if (message.kind === 'control' && !isWithin(message.value))
      this.#violation('a control value that is too large');
    else this.#forward(message);
  }

  #forward(message: Exclude<ClientMessage, { kind: 'request' | 'open' }>): void {
    const stream = this.#streams.get(message.stream);
    // What was under way to a stream when it ended is no fault; a stream that never was is one.
    if (stream === undefined && message.stream > this.#lastId) this.#violation('a message for no stream');
    else if (stream?.receive(message) === false) this.#violation('more than the credit allows');
  }

  /** Numbers only rise, so a duplicate is seen without remembering all that there were. */
  #isNew(id: number): boolean {
    if (id <= this.#lastId) {
      this.#violation('a number used twice');
      return false;
    }
    this.#lastId = id;
    return true;
  }

  async #request({ id, method, input }: Extract<ClientMessage, { kind: 'request' }>): Promise<void> {
    if (!this.#isNew(id)) return;
    let doing = doingOf(method, undefined);
    try {
      if (this.#pending.size >= MAX_PENDING_REQUESTS) throw tooMuch(doing, 'requests');
      this.#pending.add(id);
      const { handler, parsed } = this.#methods.prepare(method, input, 'call');
      doing = doingOf(method, parsed);
      this.#send({ kind: 'response', id, output: await handler(parsed) });
    } catch (error) {
      this.#send({ kind: 'failure', id, failure: this.#failureOf(error, method, doing) });
    } finally {
      this.#pending.delete(id);
    }
  }

  async #openStream({ stream: id, method, input }: Extract<ClientMessage, { kind: 'open' }>): Promise<void> {
    if (!this.#isNew(id)) return;
    const doing = doingOf(method, undefined);
    try {
      if (this.#streams.size >= MAX_OPEN_STREAMS) throw tooMuch(doing, 'streams');
      const { definition, handler, parsed } = this.#methods.prepare(method, input, 'stream');
      const stream = new ServedStream(id, definition, doingOf(method, parsed), this.#outletOf(id, method));
      this.#streams.set(id, stream);
      try {
        stream.opened(await handler(parsed, stream.facade));
      } catch (error) {
        stream.refused(error);
      }
    } catch (error) {
      this.#send({ kind: 'broken', stream: id, failure: this.#failureOf(error, method, doing) });
    }
  }

  /** First the present, then what happens: events of the meantime wait, so that no old view overtakes a new one. */
  async #subscribe(): Promise<object> {
    if (this.#subscription) return {};
    let waiting: ServiceEvent[] | undefined = [];
    this.#subscription = this.#options.onEvent((event) => {
      if (waiting) waiting.push(event);
      else this.#send({ kind: 'event', event });
    });
    try {
      const snapshot = await this.#options.snapshotEvents();
      for (const event of [...snapshot, ...waiting]) this.#send({ kind: 'event', event });
    } catch (error) {
      this.#subscription.dispose();
      this.#subscription = undefined;
      throw error;
    }
    waiting = undefined;
    return {};
  }

  #outletOf(id: number, method: string): ServedStreamOutlet {
    return {
      send: (message) => this.#send(message),
      forget: () => this.#streams.delete(id),
      defect: (error) => this.#options.onDefect?.(error, method),
    };
  }

  #failureOf(error: unknown, method: string, doing: string) {
    if (!(error instanceof AppError)) this.#options.onDefect?.(error, method);
    return toFailure(error, doing);
  }

  #send(message: ServerMessage): void {
    if (this.#open) this.#channel.send(message);
  }

  #violation(what: string): void {
    this.#options.onViolation?.(what);
    this.end();
  }

  #closed(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#subscription?.dispose();
    for (const stream of [...this.#streams.values()]) stream.close();
  }
}

function tooMuch(doing: string, what: string): AppError {
  return new AppError({
    code: 'no-room',
    doing,
    because: `this connection has too many ${what} open`,
    hint: 'Close some and try again.',
  });
}
