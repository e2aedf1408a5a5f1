import { AppError, type ErrorCode } from '../../../base/errors.ts';
import { Turns } from '../../../base/turns.ts';
import type { AgentClient } from '../../../guest/agent-client.ts';
import type { ExecSession } from '../../../guest/exec-session.ts';
import { SYSCALL_PROGRAM_PATH } from '../../../guest/syscall-program.ts';
import { CallList, CallResults } from './call-list.ts';
import { ERRNO, SYS, wordsFor } from './linux.ts';

interface Waiting {
  readonly answer: Uint8Array;
  at: number;
  readonly done: (results: Uint8Array) => void;
  readonly lost: (error: Error) => void;
}

/**
 * A process on a node that carries out lists of system calls, one after the other. It runs as long as the node: so a
 * list costs no program that is started.
 */
export class CallChannel {
  readonly #session: ExecSession;
  readonly #turns = new Turns();
  #waiting: Waiting | undefined;
  #ended: { readonly error: Error } | undefined;

  private constructor(session: ExecSession) {
    this.#session = session;
    session.onData((bytes, _channel, done) => {
      this.#received(bytes);
      done();
    });
    session.result.then(
      () => this.#end(new AppError({ code: 'unavailable', doing: 'ask a node', because: 'its helper has ended' })),
      (error: unknown) => this.#end(error instanceof Error ? error : new Error(String(error))),
    );
  }

  static async open(agent: AgentClient): Promise<CallChannel> {
    return new CallChannel(await agent.exec({ command: [SYSCALL_PROGRAM_PATH], workingDirectory: '/' }));
  }

  get pid(): number {
    return this.#session.pid;
  }

  close(): void {
    this.#session.close();
  }

  /**
   * @param doing for errors: "start container web"
   * @throws AppError 'disk-full', 'guest-failed', 'unavailable' when the node is gone
   */
  async carryOut(list: CallList, doing: string): Promise<CallResults> {
    const results = await this.attempt(list);
    const failure = list.failureIn(results);
    if (!failure) return results;
    await this.closeFiles(...list.leftOpenIn(results));
    throw callFailed(doing, failure.doing, failure.errno);
  }

  /** As `carryOut`; the results tell what failed. */
  async attempt(list: CallList): Promise<CallResults> {
    const { bytes, answerBytes } = list.encode();
    const answer = await this.#turns.take(() => this.#exchange(bytes, answerBytes));
    return new CallResults(answer, list.length);
  }

  /** Closes descriptors of the process; those that are closed already, or negative, are fine. */
  async closeFiles(...fds: readonly number[]): Promise<void> {
    const list = new CallList();
    for (const fd of fds) if (fd >= 0) list.try(SYS.close, fd);
    if (list.length > 0) await this.attempt(list);
  }

  #exchange(bytes: Uint8Array, answerBytes: number): Promise<Uint8Array> {
    if (this.#ended) return Promise.reject(this.#ended.error);
    return new Promise((done, lost) => {
      this.#waiting = { answer: new Uint8Array(answerBytes), at: 0, done, lost };
      void this.#session.write(bytes);
    });
  }

  #end(error: Error): void {
    this.#ended = { error };
    this.#waiting?.lost(error);
    this.#waiting = undefined;
  }

  #received(bytes: Uint8Array): void {
    const waiting = this.#waiting;
    // A node that answers more than it was asked for is broken; what it says then is nobody's.
    if (!waiting || waiting.at + bytes.length > waiting.answer.length) return;
    waiting.answer.set(bytes, waiting.at);
    waiting.at += bytes.length;
    if (waiting.at < waiting.answer.length) return;
    this.#waiting = undefined;
    waiting.done(waiting.answer);
  }
}

const CODES: Readonly<Record<number, ErrorCode>> = { [ERRNO.ENOSPC]: 'disk-full', [ERRNO.EDQUOT]: 'disk-full' };

export function callFailed(doing: string, what: string, errno: number): AppError {
  const because = `the node could not ${what}: ${wordsFor(errno)}`;
  return new AppError({ code: CODES[errno] ?? 'guest-failed', doing, because });
}
