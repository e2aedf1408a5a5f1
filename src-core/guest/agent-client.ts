import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { AppError, type ErrorCode } from '../base/errors.ts';
import { encodeRenewal, isOutdated, type OwnAgent } from './agent-renewal.ts';
import { AgentSessions } from './agent-sessions.ts';
import { encodeJson } from './ascii-json.ts';
import { encodeExec, type ExecRequest } from './exec-request.ts';
import { ExecChannel, type ExecSession } from './exec-session.ts';
import { readGuestMessage } from './guest-messages.ts';
import { AgentLink, type ByteDuplex } from './link.ts';
import {
  FRAME_KIND,
  MAX_PAYLOAD_BYTES,
  type Frame,
  type Identity,
  type MountMessage,
  type OpeningMessage,
} from './protocol.ts';
import { RequestSession } from './request-session.ts';

/** absent: nothing answers. waiting: it has still time to. ready: it can be asked. */
export type AgentState = 'absent' | 'waiting' | 'ready';

export interface AgentTimers {
  /** Milliseconds that only grow. */
  now(): number;
  after(ms: number, task: () => void): Disposable;
}

export interface AgentClientOptions {
  readonly duplex: ByteDuplex;
  readonly timers: AgentTimers;
  /** As Math.random; only needs to differ from one connection to the next. */
  readonly random: () => number;
  /** Takes the place of an older one in a guest of one of our images, before that is said to be ready. */
  readonly ownAgent?: OwnAgent | undefined;
}

/** What the agent says of itself: "exec", "terminal", and the names of the requests that it knows. */
export interface AgentAbout {
  readonly agent: string;
  readonly features: readonly string[];
}

/** A guest that has not said hello by then has no agent; when it does later it is welcome. */
const ABSENT_AFTER_MS = 180_000;
const DEFAULT_WAIT_MS = 60_000;
/** A guest that is busy swapping still answers in this time. */
const ANSWER_MS = 30_000;
/** Keys of an SSH server are made with it, which takes a small processor its time. */
const IDENTIFY_MS = 180_000;
/** A guest that breaks the rules again and again is greeted ever more slowly. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const STABLE_AFTER_MS = 10_000;

/**
 * The host's end of the agent in one running guest. Every byte from the guest is taken for hostile: what breaks the
 * protocol ends the sessions with an AppError and is followed by a new greeting, after a pause that grows.
 */
export class AgentClient {
  readonly #changed = new Emitter<AgentState>();
  readonly #timers: AgentTimers;
  readonly #link: AgentLink;
  readonly #sessions: AgentSessions;
  readonly #waiting = new Set<{ ready: () => void; failed: (error: AppError) => void }>();
  readonly #ownAgent: OwnAgent | undefined;
  #renewalTried = false;
  #state: AgentState = 'absent';
  #about: AgentAbout | undefined;
  #disposed = true;
  #pauseMs = 0;
  #identifying: Promise<unknown> = Promise.resolve();
  #upAt = 0;
  #pause: Disposable | undefined;
  #absence: Disposable | undefined;

  constructor(options: AgentClientOptions) {
    this.#timers = options.timers;
    this.#ownAgent = options.ownAgent;
    this.#link = new AgentLink(options.duplex, options.random, {
      onUp: () => (this.#upAt = this.#timers.now()),
      onDown: (reason) => this.#down(reason),
      onFrame: (frame) => this.#frame(frame),
      onWritable: () => this.#sessions.pump(),
    });
    this.#sessions = new AgentSessions(this.#link);
  }

  get state(): AgentState {
    return this.#state;
  }

  /** Undefined unless ready. */
  get about(): AgentAbout | undefined {
    return this.#about;
  }

  /** The machine is gone, or was never there. */
  get disposed(): boolean {
    return this.#disposed;
  }

  onStateChange(listener: (state: AgentState) => void): Disposable {
    return this.#changed.on(listener);
  }

  /** Greets the guest. To be called when the machine starts, and again when it goes on from a saved state. */
  start(): void {
    this.#drop(new AppError({ code: 'unavailable', doing: 'reach the guest', because: 'the machine started anew' }));
    this.#disposed = false;
    this.#renewalTried = false;
    this.#pauseMs = 0;
    this.#become('waiting');
    this.#link.start();
    this.#absence = this.#timers.after(ABSENT_AFTER_MS, () => this.#giveUpWaiting());
  }

  /** The machine is gone: everything in progress ends. `start` may follow. */
  dispose(): void {
    this.#disposed = true;
    this.#link.stop();
    const error = new AppError({ code: 'unavailable', doing: 'reach the guest', because: 'the machine has ended' });
    this.#drop(error);
    this.#become('absent');
    for (const each of [...this.#waiting]) each.failed(error);
  }

  /** @throws AppError when no agent is ready within `waitMs` */
  whenReady(waitMs: number, doing: string): Promise<void> {
    if (this.#state === 'ready') return Promise.resolve();
    if (this.#state === 'absent') return Promise.reject(noAgent(doing, 'unavailable', 'no agent answers in the guest'));
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(entry);
        timer.dispose();
      };
      const entry = {
        ready: () => {
          settle();
          resolve();
        },
        failed: (error: AppError) => {
          settle();
          reject(noAgent(doing, error.code, error.because));
        },
      };
      const timer = this.#timers.after(waitMs, () =>
        entry.failed(noAgent(doing, 'timeout', `the agent in the guest was not ready after ${waitMs / 1000} s`)),
      );
      this.#waiting.add(entry);
    });
  }

  /**
   * Runs a program in the guest and resolves when it was started, or found not to be there (status 127) or not
   * executable (126): then a message on stderr says so, as shells do.
   * @throws AppError unavailable, timeout, not-supported, invalid-input, no-room
   */
  async exec(request: ExecRequest): Promise<ExecSession> {
    const { waitMs = DEFAULT_WAIT_MS, ...message } = request;
    const doing = `run ${request.command[0] ?? 'nothing'} in the guest`;
    const opening = encodeExec({ kind: 'exec', ...message }, doing);
    await this.whenReady(waitMs, doing);
    this.#need('exec', doing);
    if (request.terminal) this.#need('terminal', doing, 'Its system needs the program "script" of util-linux.');
    this.#needRoom(doing);
    const session = this.#openExec(opening, doing);
    return this.#inTime(session.opened, doing, (error) => session.giveUp(error));
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

  /** @returns how long the answer took, in milliseconds */
  async ping(): Promise<number> {
    const before = this.#timers.now();
    await this.#ask({ kind: 'ping' }, 'reach the agent in the guest');
    return this.#timers.now() - before;
  }

  /** Sets the guest's clock, after a pause for example. @param ns since 1970-01-01 UTC */
  setTime(ns: bigint): Promise<void> {
    return this.#ask({ kind: 'set-time', ns: ns.toString() }, "set the guest's clock");
  }

  /** Asks the guest's system to shut down cleanly; resolves when it has begun. */
  powerOff(): Promise<void> {
    return this.#ask({ kind: 'power-off' }, 'ask the guest to power off');
  }

  /**
   * Makes the guest another than the one that it is a copy of: random numbers, host name, machine-id, SSH server keys.
   * What its programs have drawn from the kernel before is theirs: it cannot be taken back.
   */
  identify(identity: Identity): Promise<void> {
    const { hostName, machineId, seed } = identity;
    const doing = 'give the guest an identity of its own';
    const asked = this.#ask({ kind: 'identify', hostName, machineId, seed }, doing, IDENTIFY_MS);
    this.#identifying = asked.catch(() => undefined);
    return asked;
  }

  /** Resolves when no `identify` is under way, however it ended. */
  async identified(): Promise<void> {
    await Promise.resolve();
    await this.#identifying;
  }

  /** Lets the guest find devices that were plugged in, with their drivers. */
  rescanPci(): Promise<void> {
    return this.#ask({ kind: 'rescan-pci' }, 'let the guest find new devices');
  }

  /** Lets the guest let go of a device; refused while it is in use. @param address "0000:00:05.0" */
  removePci(address: string): Promise<void> {
    return this.#ask({ kind: 'remove-pci', address }, 'let the guest let go of a device');
  }

  /** Mounts something in the guest, having made the directory; what is mounted there already is fine. */
  mount(request: Omit<MountMessage, 'kind'>): Promise<void> {
    return this.#ask({ kind: 'mount', ...request }, `mount ${request.directory} in the guest`);
  }

  /** @param lazy out of sight at once, even while it is used */
  unmount(directory: string, lazy = false): Promise<void> {
    return this.#ask({ kind: 'unmount', directory, lazy }, `unmount ${directory} in the guest`);
  }

  /** What the guest has written is on its disks when this resolves. */
  sync(): Promise<void> {
    return this.#ask({ kind: 'sync' }, "write the guest's files to its disks");
  }

  async #ask(opening: OpeningMessage, doing: string, answerMs = ANSWER_MS): Promise<void> {
    if (this.#state !== 'ready') throw noAgent(doing, 'unavailable', 'no agent answers in the guest');
    this.#need(opening.kind, doing);
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

  #need(feature: string, doing: string, hint = 'A newer image has a newer agent.'): void {
    if (this.#about?.features.includes(feature)) return;
    throw new AppError({
      code: 'not-supported',
      doing,
      because: `the agent in the guest cannot do "${feature}"`,
      hint,
    });
  }

  #needRoom(doing: string): void {
    if (!this.#sessions.full) return;
    throw new AppError({ code: 'no-room', doing, because: 'too many programs are run through the agent at once' });
  }

  #frame(frame: Frame): void {
    const violation = frame.session === 0 ? this.#connectionFrame(frame) : this.#sessions.frame(frame);
    if (violation !== undefined) this.#link.violate(violation);
  }

  #connectionFrame(frame: Frame): string | undefined {
    const message = frame.kind === FRAME_KIND.message ? readGuestMessage(frame.payload) : undefined;
    if (message === undefined) return 'what the connection itself does not carry';
    if (message === 'unknown' || message.kind === 'unknown') return undefined;
    if (message.kind !== 'about' || this.#about) return `"${message.kind}" out of place`;
    this.#about = { agent: message.agent, features: message.features };
    this.#absence?.dispose();
    if (this.#ownAgent && this.#wantsRenewal(this.#about, this.#ownAgent)) this.#renew(this.#about, this.#ownAgent);
    else this.#ready();
    return undefined;
  }

  #ready(): void {
    this.#become('ready');
    for (const each of [...this.#waiting]) each.ready();
  }

  #wantsRenewal(about: AgentAbout, own: OwnAgent): boolean {
    return !this.#renewalTried && about.features.includes('exec') && isOutdated(about.agent, own);
  }

  /** Once a start: one that cannot be replaced (the guest's disk is full) is better than none. */
  #renew(about: AgentAbout, own: OwnAgent): void {
    this.#renewalTried = true;
    const doing = 'renew the agent in the guest';
    const session = this.#openExec(encodeRenewal(own, doing), doing);
    session.onData((_, __, done) => done());
    void session.write(own.source);
    session.finish();
    // When it works, the connection ends: the new agent greets.
    const ended = this.#inTime(session.result, doing, (error) => session.giveUp(error));
    ended
      .catch(() => undefined)
      .finally(() => {
        if (this.#about === about) this.#ready();
      });
  }

  #down(reason: string): void {
    const timers = this.#timers;
    const because = `the connection to the agent in the guest was lost: ${reason}`;
    this.#drop(new AppError({ code: 'guest-failed', doing: 'reach the guest', because }));
    const stable = timers.now() - this.#upAt >= STABLE_AFTER_MS;
    this.#pauseMs = stable ? 0 : Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
    this.#become('waiting');
    this.#absence = timers.after(ABSENT_AFTER_MS, () => this.#giveUpWaiting());
    if (stable) this.#link.start();
    else this.#pause = timers.after(this.#pauseMs, () => this.#link.start());
  }

  /** Lets go of all that belongs to the connection. */
  #drop(error: AppError): void {
    this.#pause?.dispose();
    this.#absence?.dispose();
    this.#about = undefined;
    this.#sessions.loseAll(error);
  }

  #giveUpWaiting(): void {
    this.#become('absent');
    const error = noAgent('reach the guest', 'unavailable', 'no agent answers in the guest');
    for (const each of [...this.#waiting]) each.failed(error);
  }

  #become(state: AgentState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#changed.fire(state);
  }
}

function noAgent(doing: string, code: ErrorCode, because: string): AppError {
  const hint = 'The machine has to run an image with the Innkeeper agent, and to have finished booting.';
  return new AppError({ code, doing, because, hint });
}
