import { Deferred } from '../base/deferred.ts';
import { AppError } from '../base/errors.ts';
import type { AgentSession, SendFrame, Violation } from './agent-sessions.ts';
import { FRAME_KIND, type GuestMessage } from './protocol.ts';

/** The host's end of a session that is one question and one answer. */
export class RequestSession implements AgentSession {
  readonly #answer = new Deferred<void>();
  readonly #doing: string;
  readonly #ended: () => void;
  #opening: Uint8Array | undefined;

  /** @param opening the encoded message @param doing for errors: "ask the guest to power off" @param ended forget it */
  constructor(opening: Uint8Array, doing: string, ended: () => void) {
    this.#opening = opening;
    this.#doing = doing;
    this.#ended = ended;
  }

  /** @throws AppError when the agent refuses or is lost */
  get answer(): Promise<void> {
    return this.#answer.promise;
  }

  giveUp(error: AppError): void {
    this.#answer.reject(error);
    this.#ended();
  }

  sendNext(send: SendFrame): boolean {
    if (!this.#opening) return false;
    send(FRAME_KIND.message, 0, this.#opening);
    this.#opening = undefined;
    return true;
  }

  message(message: GuestMessage): Violation {
    if (message.kind === 'done') {
      this.#answer.resolve();
      this.#ended();
      return undefined;
    }
    if (message.kind === 'failed') {
      this.giveUp(new AppError({ code: message.code, doing: this.#doing, because: message.because }));
      return undefined;
    }
    return message.kind === 'unknown' ? undefined : `"${message.kind}" in answer to a request`;
  }

  data(): Violation {
    return 'output in answer to a request';
  }

  credit(): Violation {
    return 'credit in answer to a request';
  }

  lost({ code, because, hint }: AppError): void {
    this.#answer.reject(new AppError({ code, doing: this.#doing, because, ...(hint === undefined ? {} : { hint }) }));
  }
}
