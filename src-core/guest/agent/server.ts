import { decodeJson, encodeJson } from '../ascii-json.ts';
import { decodeGrant } from '../credit.ts';
import { AgentLink, type ByteDuplex } from '../link.ts';
import {
  CHANNEL,
  FRAME_KIND,
  MAX_SESSIONS,
  type ControlMessage,
  type Frame,
  type GuestMessage,
  type OpeningMessage,
} from '../protocol.ts';
import { ProgramSession } from './program-session.ts';
import type { SessionSink } from './pumps.ts';
import type { Failure } from './request-failure.ts';
import { handlerOf, requestFeatures } from './requests.ts';
import { canOpenTerminals } from './terminal.ts';
import { AGENT_VERSION } from './version.ts';

/** Of the reason of a failure: the host takes no longer one. */
const MOST_CHARACTERS = 400;

/** Serves the host: one connection, many sessions. */
export class AgentServer {
  readonly #link: AgentLink;
  readonly #sessions = new Map<number, ProgramSession>();
  #wasWritable = true;
  #connection = 0;

  constructor(port: ByteDuplex) {
    this.#link = new AgentLink(port, Math.random, {
      onUp: () => this.#introduce(),
      onDown: () => this.#restart(),
      onFrame: (frame) => this.#frame(frame),
      onWritable: () => this.#update(),
    });
  }

  start(): void {
    this.#link.start();
  }

  #introduce(): void {
    const features = ['exec', ...requestFeatures()];
    if (canOpenTerminals()) features.push('terminal');
    this.#say(0, { kind: 'about', agent: AGENT_VERSION, features });
  }

  /** The host has started anew: what it ran is nobody's any more. */
  #restart(): void {
    this.#connection++;
    for (const session of [...this.#sessions.values()]) session.hangUp();
    this.#link.start();
  }

  #frame(frame: Frame): void {
    const session = this.#sessions.get(frame.session);
    switch (frame.kind) {
      case FRAME_KIND.message: {
        this.#message(frame, session);
        return;
      }
      case FRAME_KIND.data:
        if (session?.data(frame.payload) === false) this.#link.violate('more input than its credit allows');
        return;
      case FRAME_KIND.credit:
        session?.credit(frame.channel, decodeGrant(frame.payload) ?? 0);
        return;
      case FRAME_KIND.finish:
        if (frame.channel === CHANNEL.stdin) session?.finish();
        return;
    }
  }

  #message({ session: id, payload }: Frame, session: ProgramSession | undefined): void {
    const message = decodeJson(payload) as OpeningMessage | ControlMessage | null | undefined;
    if (typeof message !== 'object' || message === null || typeof message.kind !== 'string') {
      this.#link.violate('a message that is none');
      return;
    }
    if (session) {
      if (!session.control(message as ControlMessage)) this.#say(id, { kind: 'unknown', of: message.kind });
      return;
    }
    try {
      this.#open(id, message as OpeningMessage);
    } catch (error) {
      this.#say(id, { kind: 'failed', code: 'invalid-input', because: reasonOf(error) });
    }
  }

  #open(id: number, message: OpeningMessage): void {
    if (message.kind === 'exec') {
      this.#exec(id, message);
      return;
    }
    const handler = handlerOf(message);
    if (handler) this.#answer(id, handler());
    else this.#stranger(id, (message as { kind: string }).kind);
  }

  #answer(id: number, work: Promise<Failure>): void {
    const connection = this.#connection;
    void work.then((failure) => {
      // The host may have started anew in between; its sessions have other meanings now.
      if (connection !== this.#connection) return;
      if (failure === undefined) this.#say(id, { kind: 'done' });
      else this.#say(id, { kind: 'failed', code: 'guest-failed', because: failure.slice(0, MOST_CHARACTERS) });
    });
  }

  #exec(id: number, message: Extract<OpeningMessage, { kind: 'exec' }>): void {
    if (this.#sessions.size >= MAX_SESSIONS) {
      this.#say(id, { kind: 'failed', code: 'no-room', because: 'the agent runs too many programs already' });
      return;
    }
    const session = new ProgramSession(message, this.#sinkOf(id), () => this.#sessions.delete(id));
    if (!session.over) this.#sessions.set(id, session);
  }

  /** Control messages of a session that has just ended are late, not strange. */
  #stranger(id: number, kind: string): void {
    if (kind === 'resize' || kind === 'signal' || kind === 'close') return;
    this.#say(id, { kind: 'failed', code: 'not-supported', because: `this agent does not know "${kind}"` });
  }

  #sinkOf(id: number): SessionSink {
    const link = this.#link;
    return {
      get writable() {
        return link.writable;
      },
      send: (kind, channel, payload) => {
        link.send(kind, id, channel, payload);
        if (this.#wasWritable !== link.writable) this.#update();
      },
    };
  }

  #say(id: number, message: GuestMessage): void {
    this.#link.send(FRAME_KIND.message, id, 0, encodeJson(message));
  }

  #update(): void {
    this.#wasWritable = this.#link.writable;
    for (const session of [...this.#sessions.values()]) session.update();
  }
}

function reasonOf(error: unknown): string {
  return String(error)
    .replace(/^Error: /, '')
    .slice(0, MOST_CHARACTERS);
}
