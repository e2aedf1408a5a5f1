import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { AppError } from '../base/errors.ts';
import { AgentSessions } from './agent-sessions.ts';
import type { AgentTimers } from './agent-timers.ts';
import { AgentWaiting } from './agent-waiting.ts';
import { readGuestMessage } from './guest-messages.ts';
import { AgentLink, type ByteDuplex } from './link.ts';
import { noAgent } from './no-agent.ts';
import { FRAME_KIND, type Frame } from './protocol.ts';

/** absent: nothing answers. waiting: it has still time to. ready: it can be asked. */
export type AgentState = 'absent' | 'waiting' | 'ready';

/** What the agent says of itself: "exec", "terminal", and the names of the requests that it knows. */
export interface AgentAbout {
  readonly agent: string;
  readonly features: readonly string[];
}

export interface ConnectionOptions {
  readonly duplex: ByteDuplex;
  readonly timers: AgentTimers;
  /** As Math.random; only needs to differ from one connection to the next. */
  readonly random: () => number;
  /** Called once a connection. What it returns never rejects, and is waited for before the agent is said to be ready. */
  readonly beforeReady: (about: AgentAbout) => Promise<void> | undefined;
}

/** A guest that has not said hello by then has no agent; when it does later it is welcome. */
const ABSENT_AFTER_MS = 180_000;
/** A guest that breaks the rules again and again is greeted ever more slowly. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const STABLE_AFTER_MS = 10_000;

/**
 * Whether there is an agent: greets the guest, hears what the agent says of itself, and greets anew when the
 * connection is lost, after a pause that grows.
 */
export class AgentConnection {
  readonly sessions: AgentSessions;
  readonly #changed = new Emitter<AgentState>();
  readonly #timers: AgentTimers;
  readonly #link: AgentLink;
  readonly #waiting: AgentWaiting;
  readonly #beforeReady: ConnectionOptions['beforeReady'];
  #state: AgentState = 'absent';
  #about: AgentAbout | undefined;
  #disposed = true;
  #pauseMs = 0;
  #upAt = 0;
  #pause: Disposable | undefined;
  #absence: Disposable | undefined;

  constructor({ duplex, timers, random, beforeReady }: ConnectionOptions) {
    this.#timers = timers;
    this.#waiting = new AgentWaiting(timers);
    this.#beforeReady = beforeReady;
    this.#link = new AgentLink(duplex, random, {
      onUp: () => (this.#upAt = timers.now()),
      onDown: (reason) => this.#down(reason),
      onFrame: (frame) => this.#frame(frame),
      onWritable: () => this.sessions.pump(),
    });
    this.sessions = new AgentSessions(this.#link);
  }

  get state(): AgentState {
    return this.#state;
  }

  get about(): AgentAbout | undefined {
    return this.#about;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  onStateChange(listener: (state: AgentState) => void): Disposable {
    return this.#changed.on(listener);
  }

  start(): void {
    this.#drop(new AppError({ code: 'unavailable', doing: 'reach the guest', because: 'the machine started anew' }));
    this.#disposed = false;
    this.#pauseMs = 0;
    this.#become('waiting');
    this.#link.start();
    this.#absence = this.#timers.after(ABSENT_AFTER_MS, () => this.#giveUpWaiting());
  }

  dispose(): void {
    this.#disposed = true;
    this.#link.stop();
    const error = new AppError({ code: 'unavailable', doing: 'reach the guest', because: 'the machine has ended' });
    this.#drop(error);
    this.#become('absent');
    this.#waiting.failed(error);
  }

  /** @throws AppError when no agent is ready within `waitMs` */
  whenReady(waitMs: number, doing: string): Promise<void> {
    if (this.#state === 'ready') return Promise.resolve();
    if (this.#state === 'absent') return Promise.reject(noAgent(doing, 'unavailable', 'no agent answers in the guest'));
    return this.#waiting.wait(waitMs, doing);
  }

  #frame(frame: Frame): void {
    const violation = frame.session === 0 ? this.#connectionFrame(frame) : this.sessions.frame(frame);
    if (violation !== undefined) this.#link.violate(violation);
  }

  #connectionFrame(frame: Frame): string | undefined {
    const message = frame.kind === FRAME_KIND.message ? readGuestMessage(frame.payload) : undefined;
    if (message === undefined) return 'what the connection itself does not carry';
    if (message === 'unknown' || message.kind === 'unknown') return undefined;
    if (message.kind !== 'about' || this.#about) return `"${message.kind}" out of place`;
    this.#introduced({ agent: message.agent, features: message.features });
    return undefined;
  }

  #introduced(about: AgentAbout): void {
    this.#about = about;
    this.#absence?.dispose();
    const before = this.#beforeReady(about);
    if (!before) return this.#ready();
    void before.then(() => {
      // It may be another connection by then.
      if (this.#about === about) this.#ready();
    });
  }

  #ready(): void {
    this.#become('ready');
    this.#waiting.ready();
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
    this.sessions.loseAll(error);
  }

  #giveUpWaiting(): void {
    this.#become('absent');
    this.#waiting.failed(noAgent('reach the guest', 'unavailable', 'no agent answers in the guest'));
  }

  #become(state: AgentState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#changed.fire(state);
  }
}
