import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { AppError } from '../base/errors.ts';
import { OpenStream, misunderstood } from './client-stream.ts';
import type { CallDefinition, ClientOf, Contract } from './define.ts';
import type { ServiceEvent } from './events.ts';
import { fromFailure } from './failures.ts';
import { doingOf } from './phrases.ts';
import { quietly } from './stream-flow.ts';
import { serverMessageSchema } from './wire.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from './wire.ts';

/** A client of the service over one connection: a method for each of the contract's, and the connection's own. */
export type Connection<C extends Contract> = ClientOf<C> & {
  /** Events come after `events.subscribe`. */
  onEvent(listener: (event: ServiceEvent) => void): Disposable;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  disconnect(): void;
};

interface PendingCall {
  readonly definition: CallDefinition;
  readonly doing: string;
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/**
 * Derives the client from the contract. Every promise that it hands out rejects with an AppError: what the service
 * told, or `unavailable` when the connection is lost.
 */
export function createClient<C extends Contract>(
  contract: C,
  channel: MessageChannel<ClientMessage, ServerMessage>,
): Connection<C> {
  const connection = new ClientConnection(channel);
  const topics = Object.entries(contract).map(([topic, methods]) => [
    topic,
    Object.fromEntries(
      Object.entries(methods).map(([name, definition]) => {
        const method = `${topic}.${name}`;
        return [
          name,
          definition.kind === 'call'
            ? (input: unknown) => connection.call(method, definition, input)
            : (input: unknown) => connection.open(method, definition, input),
        ];
      }),
    ),
  ]);
  return {
    ...(Object.fromEntries(topics) as ClientOf<C>),
    onEvent: (listener: (event: ServiceEvent) => void) => connection.events.on(listener),
    closed: connection.closed,
    disconnect: () => connection.disconnect(),
  };
}

class ClientConnection {
  readonly events = new Emitter<ServiceEvent>();
  readonly closed: Promise<void>;
  readonly #channel: MessageChannel<ClientMessage, ServerMessage>;
  readonly #calls = new Map<number, PendingCall>();
  readonly #streams = new Map<number, { stream: OpenStream; doing: string }>();
  #nextId = 1;
  #open = true;
  #announceClosed!: () => void;

  constructor(channel: MessageChannel<ClientMessage, ServerMessage>) {
    this.#channel = channel;
    this.closed = new Promise((resolve) => (this.#announceClosed = resolve));
    channel.onClose(() => this.#lost((doing) => lost(doing)));
    channel.onMessage((message) => this.#receive(message));
  }

  call(method: string, definition: CallDefinition, input: unknown): Promise<unknown> {
    const doing = doingOf(method, input);
    if (!this.#open) return quietly(Promise.reject(lost(doing)));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { definition, doing, resolve, reject });
      try {
        this.#channel.send({ kind: 'request', id, method, input });
      } catch (error) {
        // A value that cannot travel: nothing waits for an answer then.
        this.#calls.delete(id);
        throw error;
      }
    });
  }

  async open(method: string, definition: ConstructorParameters<typeof OpenStream>[1], input: unknown) {
    const doing = doingOf(method, input);
    if (!this.#open) throw lost(doing);
    const id = this.#nextId++;
    const send = (message: ClientMessage) => {
      if (this.#open) this.#channel.send(message);
    };
    const stream = new OpenStream(id, definition, doing, send, () => this.#streams.delete(id));
    this.#streams.set(id, { stream, doing });
    try {
      send({ kind: 'open', stream: id, method, input });
    } catch (error) {
      this.#streams.delete(id);
      throw error;
    }
    return stream.opened;
  }

  disconnect(): void {
    this.#channel.close();
    this.#lost((doing) => lost(doing));
  }

  #receive(received: unknown): void {
    if (!this.#open) return;
    const parsed = serverMessageSchema.safeParse(received);
    if (!parsed.success || !this.#dispatch(parsed.data)) {
      this.#lost((doing) => misunderstood(doing, parsed.error));
      this.#channel.close();
    }
  }

  /** @returns false when the message has no place here */
  #dispatch(message: ServerMessage): boolean {
    if (message.kind === 'event') {
      this.events.fire(message.event);
      return true;
    }
    if ('stream' in message) {
      // A stream that this side has closed may still be spoken to for a moment.
      return this.#streams.get(message.stream)?.stream.receive(message) ?? message.stream < this.#nextId;
    }
    const call = this.#calls.get(message.id);
    if (call === undefined) return false;
    this.#calls.delete(message.id);
    if (message.kind === 'failure') call.reject(fromFailure(message.failure));
    else this.#answer(call, message.output);
    return true;
  }

  #answer(call: PendingCall, value: unknown): void {
    const output = call.definition.output.safeParse(value);
    if (output.success) call.resolve(output.data);
    else call.reject(misunderstood(call.doing, output.error));
  }

  #lost(errorOf: (doing: string) => AppError): void {
    if (!this.#open) return;
    this.#open = false;
    for (const call of this.#calls.values()) call.reject(errorOf(call.doing));
    this.#calls.clear();
    for (const { stream, doing } of [...this.#streams.values()]) stream.fail(errorOf(doing));
    this.#streams.clear();
    this.#announceClosed();
  }
}

function lost(doing: string): AppError {
  return new AppError({
    code: 'unavailable',
    doing,
    because: 'the connection to the service was lost',
    hint: 'Start Innkeeper again, or try once more: the service may be starting.',
  });
}
