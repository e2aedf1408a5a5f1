import { cloneable } from '../cloneable.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../wire.ts';

/** The two ends of one connection. */
export interface ChannelPair {
  client: MessageChannel<ClientMessage, ServerMessage>;
  server: MessageChannel<ServerMessage, ClientMessage>;
}

class MemoryChannel<
  Out extends ClientMessage | ServerMessage,
  In extends ClientMessage | ServerMessage,
> implements MessageChannel<Out, In> {
  peer!: MemoryChannel<In, Out>;
  #inbox: In[] = [];
  #handler: ((message: In) => void) | undefined;
  readonly #onClose: (() => void)[] = [];
  #open = true;

  send(message: Out): void {
    if (!this.#open) return;
    const copy = structuredClone(cloneable(message));
    queueMicrotask(() => this.peer.#take(copy));
  }

  onMessage(handler: (message: In) => void): void {
    this.#handler = handler;
    for (const message of this.#inbox.splice(0)) handler(message);
  }

  onClose(handler: () => void): void {
    this.#onClose.push(handler);
  }

  close(): void {
    this.#ended();
    queueMicrotask(() => this.peer.#ended());
  }

  #take(message: In): void {
    if (!this.#open) return;
    if (this.#handler) this.#handler(message);
    else this.#inbox.push(message);
  }

  #ended(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const handler of this.#onClose) handler();
  }
}

/** A connection inside one thread, for tests of what is above transports. */
export function channelPair(): ChannelPair {
  const client = new MemoryChannel<ClientMessage, ServerMessage>();
  const server = new MemoryChannel<ServerMessage, ClientMessage>();
  client.peer = server;
  server.peer = client;
  return { client, server };
}
