import type { Disposable } from '../../../base/disposable.ts';
import { joinBytes } from '../../../base/join-bytes.ts';
import type { Endpoint, HostNetwork, HostTcp, TcpEvents } from '../../host-network.ts';
import type { TcpService } from '../tcp/tcp-service.ts';
import type { DnsForwarder } from './dns-forwarder.ts';
import { MOST_QUERY_BYTES } from './dns-over-udp.ts';
import { DNS_PORT } from './message.ts';

/** Connections at once: of all guests of a network, and of one of them. */
export const MOST_CONVERSATIONS = 64;
export const MOST_CONVERSATIONS_OF_A_GUEST = 8;
/** RFC 7766 §6.2.3: one that says nothing for so long is ended. */
export const IDLE_MS = 10_000;
/** Of queries that are sent before the first is answered. */
const MOST_WAITING_BYTES = 64 * 1024;

/** DNS over connections, RFC 7766. */
export class DnsOverTcp implements TcpService {
  readonly port = DNS_PORT;
  readonly #forwarder: DnsForwarder;
  readonly #host: Pick<HostNetwork, 'after'>;
  readonly #conversations = new Map<Conversation, string>();

  constructor(forwarder: DnsForwarder, host: Pick<HostNetwork, 'after'>) {
    this.#forwarder = forwarder;
    this.#host = host;
  }

  open(connection: HostTcp, from: Endpoint): TcpEvents {
    const conversation = new Conversation(connection, this.#host, {
      ask: async (query) => (await this.#forwarder.answer(query, from.address))?.message ?? null,
      over: () => this.#conversations.delete(conversation),
    });
    const ofGuest = [...this.#conversations.values()].filter((address) => address === from.address).length;
    if (this.#conversations.size >= MOST_CONVERSATIONS || ofGuest >= MOST_CONVERSATIONS_OF_A_GUEST)
      conversation.abandon();
    else this.#conversations.set(conversation, from.address);
    return conversation;
  }
}

interface ConversationParts {
  ask(query: Uint8Array): Promise<Uint8Array | null>;
  over(): void;
}

/** One after the other: a guest that asks faster than it is answered waits. */
class Conversation implements TcpEvents {
  readonly #connection: HostTcp;
  readonly #host: Pick<HostNetwork, 'after'>;
  readonly #parts: ConversationParts;
  #received = new Uint8Array(0);
  #timer: Disposable | null = null;
  #isBusy = false;
  #hasEnded = false;
  #isOver = false;

  constructor(connection: HostTcp, host: Pick<HostNetwork, 'after'>, parts: ConversationParts) {
    this.#connection = connection;
    this.#host = host;
    this.#parts = parts;
    this.#restartTimer();
  }

  connected(): void {
    // It was from the beginning.
  }

  data(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#received.length + bytes.length > MOST_WAITING_BYTES) return this.abandon();
    this.#received = joinBytes([this.#received, bytes]);
    this.#proceed();
  }

  ended(): void {
    this.#hasEnded = true;
    this.#proceed();
  }

  drained(): void {
    this.#isBusy = false;
    this.#proceed();
  }

  closed(): void {
    this.#leave();
  }

  abandon(): void {
    this.#leave();
    this.#connection.reset();
  }

  #proceed(): void {
    if (this.#isBusy || this.#isOver) return;
    const [high = 0, low = 0] = this.#received;
    const length = high * 256 + low;
    if (this.#received.length >= 2 && length > MOST_QUERY_BYTES) return this.abandon();
    if (this.#received.length >= 2 && this.#received.length >= 2 + length) {
      void this.#answer(length);
      return;
    }
    if (!this.#hasEnded) {
      this.#connection.resume();
      return;
    }
    this.#leave();
    this.#connection.end();
  }

  async #answer(length: number): Promise<void> {
    const query = this.#received.slice(2, 2 + length);
    this.#received = this.#received.slice(2 + length);
    this.#isBusy = true;
    this.#connection.pause();
    this.#restartTimer();
    const answer = await this.#parts.ask(query);
    if (this.#isOver) return;
    if (answer === null) this.abandon();
    else this.#send(answer);
  }

  #send(answer: Uint8Array): void {
    this.#restartTimer();
    // In one piece, so that it goes as one segment (RFC 7766 §8).
    const hasRoom = this.#connection.write(
      joinBytes([Uint8Array.of(answer.length >> 8, answer.length & 0xff), answer]),
    );
    if (!hasRoom) return;
    this.#isBusy = false;
    this.#proceed();
  }

  #restartTimer(): void {
    this.#timer?.dispose();
    this.#timer = this.#host.after(IDLE_MS, () => this.abandon());
  }

  #leave(): void {
    this.#isOver = true;
    this.#received = new Uint8Array(0);
    this.#timer?.dispose();
    this.#timer = null;
    this.#parts.over();
  }
}
