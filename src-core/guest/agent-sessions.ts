import type { AppError } from '../base/errors.ts';
import { encodeJson } from './ascii-json.ts';
import { decodeGrant } from './credit.ts';
import { readGuestMessage } from './guest-messages.ts';
import {
  FRAME_KIND,
  MAX_SESSIONS,
  type ControlMessage,
  type Frame,
  type FrameKind,
  type GuestMessage,
} from './protocol.ts';

/** What a rule of the protocol was broken by; undefined when it was kept. */
export type Violation = string | undefined;

export type SendFrame = (kind: FrameKind, channel: number, payload: Uint8Array) => void;

/** The host's end of one session. */
export interface AgentSession {
  /** Sends at most one frame. @returns whether it did */
  sendNext(send: SendFrame): boolean;
  message(message: GuestMessage): Violation;
  data(channel: number, bytes: Uint8Array): Violation;
  credit(channel: number, bytes: number): Violation;
  /** The connection is gone. */
  lost(error: AppError): void;
}

interface FrameSink {
  readonly writable: boolean;
  send(kind: FrameKind, session: number, channel: number, payload: Uint8Array): void;
}

/**
 * The sessions of one connection. They are asked in turn for what they have to send, and only while there is room:
 * so nothing queues up here, and none keeps the others waiting for more than one frame.
 */
export class AgentSessions {
  readonly #sessions = new Map<number, AgentSession>();
  readonly #awake = new Set<number>();
  readonly #sink: FrameSink;
  #lastId = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  get full(): boolean {
    return this.#sessions.size >= MAX_SESSIONS;
  }

  /** @returns its number; the session's first frame must open it */
  add(session: AgentSession): number {
    const id = ++this.#lastId;
    this.#sessions.set(id, session);
    return id;
  }

  /** It may have something to send. */
  wake(id: number): void {
    this.#awake.add(id);
    this.pump();
  }

  remove(id: number): void {
    this.#sessions.delete(id);
    this.#awake.delete(id);
  }

  /** The host is done with it, the guest has still to be told; what it says until then is ignored. */
  abandon(id: number): void {
    this.#sessions.set(id, new AbandonedSession(() => this.remove(id)));
    this.wake(id);
  }

  pump(): void {
    while (this.#sink.writable) {
      const [id] = this.#awake;
      if (id === undefined) return;
      this.#awake.delete(id);
      const send: SendFrame = (kind, channel, payload) => this.#sink.send(kind, id, channel, payload);
      if (this.#sessions.get(id)?.sendNext(send)) this.#awake.add(id);
    }
  }

  /** Everything in progress ends with `error`; numbers begin anew. */
  loseAll(error: AppError): void {
    const lost = [...this.#sessions.values()];
    this.#sessions.clear();
    this.#awake.clear();
    this.#lastId = 0;
    for (const session of lost) session.lost(error);
  }

  /** A frame of any session but 0. */
  frame(frame: Frame): Violation {
    if (frame.session > this.#lastId) return `a frame for session ${frame.session}, which was never opened`;
    const session = this.#sessions.get(frame.session);
    // What was underway when we closed a session arrives after it.
    if (!session) return undefined;
    switch (frame.kind) {
      case FRAME_KIND.data:
        return session.data(frame.channel, frame.payload);
      case FRAME_KIND.credit: {
        const bytes = decodeGrant(frame.payload);
        return bytes === undefined ? 'a grant of credit that is none' : session.credit(frame.channel, bytes);
      }
      case FRAME_KIND.finish:
        // The end of an output says nothing that `ended` does not.
        return undefined;
      case FRAME_KIND.message: {
        const message = readGuestMessage(frame.payload);
        if (message === undefined) return 'a message that is none';
        return message === 'unknown' ? undefined : session.message(message);
      }
    }
  }
}

class AbandonedSession implements AgentSession {
  readonly #told: () => void;

  constructor(told: () => void) {
    this.#told = told;
  }

  sendNext(send: SendFrame): boolean {
    send(FRAME_KIND.message, 0, encodeJson({ kind: 'close' } satisfies ControlMessage));
    this.#told();
    return true;
  }

  message(): Violation {
    return undefined;
  }

  data(): Violation {
    return undefined;
  }

  credit(): Violation {
    return undefined;
  }

  lost(): void {
    // Nobody is interested.
  }
}
