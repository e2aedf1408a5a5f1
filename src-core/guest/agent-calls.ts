import { AppError } from '../base/errors.ts';
import type { AgentRequest } from './agent-requests.ts';
import type { AgentSessions } from './agent-sessions.ts';
import type { AgentTimers } from './agent-timers.ts';
import { encodeJson } from './ascii-json.ts';
import { ExecChannel, type ExecSession } from './exec-session.ts';
import { noAgent } from './no-agent.ts';
import { MAX_PAYLOAD_BYTES } from './protocol.ts';
import { RequestSession } from './request-session.ts';

/** A guest that is busy swapping still answers in this time. */
const ANSWER_MS = 30_000;

/** Opens sessions on a connection that is up, and gives up on those that are not answered in time. */
export class AgentCalls {
  readonly #sessions: AgentSessions;
  readonly #timers: AgentTimers;

  constructor(sessions: AgentSessions, timers: AgentTimers) {
    this.#sessions = sessions;
    this.#timers = timers;
  }

  /** Resolves when the program was started. @throws AppError no-room, timeout, what the agent says */
  async exec(opening: Uint8Array, doing: string): Promise<ExecSession> {
    this.#needRoom(doing);
    const session = this.#openExec(opening, doing);
    return this.#inTime(session.opened, doing, (error) => session.giveUp(error));
  }

  /** Resolves when the program has ended, having read `input`; what it prints goes nowhere. */
  async feed(opening: Uint8Array, input: Uint8Array, doing: string): Promise<void> {
    const session = this.#openExec(opening, doing);
    session.onData((_, __, done) => done());
    void session.write(input);
    session.finish();
    await this.#inTime(session.result, doing, (error) => session.giveUp(error));
  }

  /** @throws AppError no-room, invalid-input, timeout, what the agent says */
  async ask({ opening, doing, answerMs = ANSWER_MS }: AgentRequest): Promise<void> {
    this.#needRoom(doing);
    const bytes = encodeJson(opening);
    if (bytes.length > MAX_PAYLOAD_BYTES) {
      throw new AppError({ code: 'invalid-input', doing, because: 'the request is longer than 64 KiB' });
    }
    let id = 0;
    const session = new RequestSession(bytes, doing, () => this.#sessions.remove(id));
    id = this.#sessions.add(session);
    this.#sessions.wake(id);
    return this.#inTime(session.answer, doing, (error) => session.giveUp(error), answerMs);
  }

  #openExec(opening: Uint8Array, doing: string): ExecChannel {
    let id = 0;
    const session = new ExecChannel(opening, doing, {
      wake: () => this.#sessions.wake(id),
      ended: () => this.#sessions.remove(id),
      abandoned: () => this.#sessions.abandon(id),
    });
    id = this.#sessions.add(session);
    this.#sessions.wake(id);
    return session;
  }

  async #inTime<T>(
    answer: Promise<T>,
    doing: string,
    giveUp: (error: AppError) => void,
    limitMs = ANSWER_MS,
  ): Promise<T> {
    const timer = this.#timers.after(limitMs, () =>
      giveUp(noAgent(doing, 'timeout', `the agent in the guest did not answer within ${limitMs / 1000} s`)),
    );
    try {
      return await answer;
    } finally {
      timer.dispose();
    }
  }

  #needRoom(doing: string): void {
    if (!this.#sessions.full) return;
    throw new AppError({ code: 'no-room', doing, because: 'too many programs are run through the agent at once' });
  }
}
