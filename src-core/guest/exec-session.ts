import { Deferred } from '../base/deferred.ts';
import { AppError } from '../base/errors.ts';
import type { AgentSession, SendFrame, Violation } from './agent-sessions.ts';
import { encodeJson } from './ascii-json.ts';
import { encodeGrant, ReceiveCredit, SendCredit } from './credit.ts';
import {
  CHANNEL,
  CHUNK_BYTES,
  FRAME_KIND,
  type ControlMessage,
  type GuestMessage,
  type OutputChannel,
  type TerminalSize,
} from './protocol.ts';

const EMPTY = new Uint8Array(0);
/** Signals that wait to be sent; more of them in a stalled guest say nothing new. */
const MAX_WAITING_SIGNALS = 16;

/** Takes output of the program; credit goes back when `done` is called. */
export type OutputHandler = (bytes: Uint8Array, channel: OutputChannel, done: () => void) => void;

/** A program that runs in the guest. */
export interface ExecSession {
  /** In the guest; 0 when it could not be started (then a message on stderr and status 126 or 127 follow). */
  readonly pid: number;
  /** Bytes for its standard input; resolves once they are sent, at once when the program is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** The end of its standard input. */
  finish(): void;
  /** Output that came before is handed over at once. With a terminal everything comes on stdout. */
  onData(handler: OutputHandler): void;
  /** Only with a terminal. */
  resize(size: TerminalSize): void;
  /** To the program; with a terminal to what is in its foreground. @param signal Linux's number */
  signal(signal: number): void;
  /** Nobody is interested any more: SIGHUP, then SIGKILL. `result` rejects with `cancelled`. */
  close(): void;
  /** As a shell tells it. @throws AppError when the connection or the machine is lost */
  readonly result: Promise<{ readonly exitStatus: number }>;
}

interface Waiting {
  bytes: Uint8Array;
  readonly sent: () => void;
}

/** What the session needs of its owner. */
export interface ExecOwner {
  wake(): void;
  /** The session is over: forget it. */
  ended(): void;
  /** It is not interesting any more, but the guest has still to be told. */
  abandoned(): void;
}

/** The host's end of an `exec` session. */
export class ExecChannel implements AgentSession, ExecSession {
  pid = 0;
  readonly #opened = new Deferred<ExecSession>();
  readonly #result = new Deferred<{ readonly exitStatus: number }>();
  readonly #doing: string;
  readonly #owner: ExecOwner;
  readonly #stdin: Waiting[] = [];
  readonly #stdinCredit = new SendCredit();
  readonly #outputCredit: Readonly<Record<OutputChannel, ReceiveCredit>> = {
    [CHANNEL.stdout]: new ReceiveCredit(),
    [CHANNEL.stderr]: new ReceiveCredit(),
  };
  readonly #unheard: { bytes: Uint8Array; channel: OutputChannel }[] = [];
  #opening: Uint8Array | undefined;
  #finish: 'open' | 'due' | 'sent' = 'open';
  #resize: TerminalSize | undefined;
  readonly #signals: number[] = [];
  #handler: OutputHandler | undefined;
  #started = false;
  #over = false;

  /** @param opening the encoded `exec` message @param doing for errors: "run ls in the guest" */
  constructor(opening: Uint8Array, doing: string, owner: ExecOwner) {
    this.#opening = opening;
    this.#doing = doing;
    this.#owner = owner;
  }

  /** Resolves when the agent has started the program. */
  get opened(): Promise<ExecSession> {
    return this.#opened.promise;
  }

  get result(): Promise<{ readonly exitStatus: number }> {
    return this.#result.promise;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#over || bytes.length === 0) return Promise.resolve();
    if (this.#finish !== 'open') return Promise.reject(this.#error('wrong-state', 'its standard input is finished'));
    return new Promise((sent) => {
      this.#stdin.push({ bytes, sent });
      this.#owner.wake();
    });
  }

  finish(): void {
    if (this.#finish !== 'open') return;
    this.#finish = 'due';
    this.#owner.wake();
  }

  onData(handler: OutputHandler): void {
    this.#handler = handler;
    for (const { bytes, channel } of this.#unheard.splice(0)) this.#deliver(handler, bytes, channel);
  }

  resize(size: TerminalSize): void {
    this.#resize = size;
    this.#owner.wake();
  }

  signal(signal: number): void {
    if (this.#signals.length < MAX_WAITING_SIGNALS) this.#signals.push(signal);
    this.#owner.wake();
  }

  close(): void {
    if (this.#over) return;
    const told = this.#opening === undefined;
    this.#end(this.#error('cancelled', 'it was closed'));
    if (told) this.#owner.abandoned();
    else this.#owner.ended();
  }

  /** Gives up with an error of the owner, as `close` does. */
  giveUp(error: AppError): void {
    this.#opened.reject(error);
    this.close();
  }

  sendNext(send: SendFrame): boolean {
    if (this.#over) return false;
    const opening = this.#opening;
    if (opening) {
      this.#opening = undefined;
      send(FRAME_KIND.message, 0, opening);
      return true;
    }
    return this.#sendControl(send) || this.#sendGrant(send) || this.#sendStdin(send);
  }

  message(message: GuestMessage): Violation {
    if (this.#opening) return 'an answer before the question';
    if (message.kind === 'started' && !this.#started) {
      this.#started = true;
      this.pid = message.pid;
      this.#opened.resolve(this);
      return undefined;
    }
    if (message.kind === 'ended' && this.#started) {
      this.#end(undefined, message.status);
      this.#owner.ended();
      return undefined;
    }
    if (message.kind === 'failed') {
      this.#end(this.#error(message.code, message.because));
      this.#owner.ended();
      return undefined;
    }
    return message.kind === 'unknown' ? undefined : `"${message.kind}" in a session that runs a program`;
  }

  data(channel: number, bytes: Uint8Array): Violation {
    if (channel !== CHANNEL.stdout && channel !== CHANNEL.stderr) return `output on channel ${channel}`;
    // Empty pieces would take no credit, and still memory.
    if (!this.#started || bytes.length === 0) return 'output out of place';
    if (!this.#outputCredit[channel].received(bytes.length)) return 'more output than its credit allows';
    const own = bytes.slice();
    if (this.#handler) this.#deliver(this.#handler, own, channel);
    else this.#unheard.push({ bytes: own, channel });
    return undefined;
  }

  credit(channel: number, bytes: number): Violation {
    if (channel !== CHANNEL.stdin || !this.#stdinCredit.grant(bytes)) return 'credit for what was not sent';
    this.#owner.wake();
    return undefined;
  }

  lost(error: AppError): void {
    this.#end(this.#error(error.code, error.because, error.hint));
  }

  #deliver(handler: OutputHandler, bytes: Uint8Array, channel: OutputChannel): void {
    let owed = bytes.length;
    handler(bytes, channel, () => {
      const credit = this.#outputCredit[channel];
      credit.consumed(owed);
      owed = 0;
      if (credit.due && !this.#over) this.#owner.wake();
    });
  }

  #sendControl(send: SendFrame): boolean {
    let message: ControlMessage;
    if (this.#resize) message = { kind: 'resize', columns: this.#resize.columns, rows: this.#resize.rows };
    else {
      const signal = this.#signals.shift();
      if (signal === undefined) return false;
      message = { kind: 'signal', signal };
    }
    if (message.kind === 'resize') this.#resize = undefined;
    send(FRAME_KIND.message, 0, encodeJson(message));
    return true;
  }

  #sendGrant(send: SendFrame): boolean {
    for (const channel of [CHANNEL.stdout, CHANNEL.stderr] as const) {
      const credit = this.#outputCredit[channel];
      if (!credit.due) continue;
      send(FRAME_KIND.credit, channel, encodeGrant(credit.take()));
      return true;
    }
    return false;
  }

  #sendStdin(send: SendFrame): boolean {
    const first = this.#stdin[0];
    if (!first) {
      if (this.#finish !== 'due') return false;
      this.#finish = 'sent';
      send(FRAME_KIND.finish, CHANNEL.stdin, EMPTY);
      return true;
    }
    const chunk = first.bytes.subarray(0, Math.min(CHUNK_BYTES, this.#stdinCredit.bytes));
    if (chunk.length === 0) return false;
    this.#stdinCredit.spend(chunk.length);
    send(FRAME_KIND.data, CHANNEL.stdin, chunk);
    first.bytes = first.bytes.subarray(chunk.length);
    if (first.bytes.length === 0) {
      this.#stdin.shift();
      first.sent();
    }
    return true;
  }

  #end(error: AppError | undefined, exitStatus = 0): void {
    if (this.#over) return;
    this.#over = true;
    for (const { sent } of this.#stdin.splice(0)) sent();
    if (error) {
      this.#opened.reject(error);
      this.#result.reject(error);
    } else {
      this.#result.resolve({ exitStatus });
    }
  }

  #error(code: AppError['code'], because: string, hint?: string): AppError {
    return new AppError({ code, doing: this.#doing, because, ...(hint === undefined ? {} : { hint }) });
  }
}
