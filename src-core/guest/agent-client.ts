import type { Disposable } from '../base/disposable.ts';
import { AppError } from '../base/errors.ts';
import { AgentCalls } from './agent-calls.ts';
import { AgentConnection, type AgentAbout, type AgentState, type ConnectionOptions } from './agent-connection.ts';
import { encodeRenewal, isOutdated, type OwnAgent } from './agent-renewal.ts';
import { AGENT_REQUESTS, type AgentRequest } from './agent-requests.ts';
import type { AgentTimers } from './agent-timers.ts';
import { encodeExec, type ExecRequest } from './exec-request.ts';
import type { ExecSession } from './exec-session.ts';
import { noAgent } from './no-agent.ts';
import type { Identity, MountMessage } from './protocol.ts';

export type { AgentAbout, AgentState, AgentTimers };

export interface AgentClientOptions extends Omit<ConnectionOptions, 'beforeReady'> {
  /** Takes the place of an older one in a guest of one of our images, before that is said to be ready. */
  readonly ownAgent?: OwnAgent | undefined;
}

const DEFAULT_WAIT_MS = 60_000;

/**
 * The host's end of the agent in one running guest. Every byte from the guest is taken for hostile: what breaks the
 * protocol ends the sessions with an AppError and is followed by a new greeting, after a pause that grows.
 */
export class AgentClient {
  readonly #timers: AgentTimers;
  readonly #connection: AgentConnection;
  readonly #calls: AgentCalls;
  readonly #ownAgent: OwnAgent | undefined;
  #renewalTried = false;
  #identifying: Promise<unknown> = Promise.resolve();

  constructor({ ownAgent, ...options }: AgentClientOptions) {
    this.#timers = options.timers;
    this.#ownAgent = ownAgent;
    this.#connection = new AgentConnection({ ...options, beforeReady: (about) => this.#renewed(about) });
    this.#calls = new AgentCalls(this.#connection.sessions, options.timers);
  }

  get state(): AgentState {
    return this.#connection.state;
  }

  /** Undefined unless ready. */
  get about(): AgentAbout | undefined {
    return this.#connection.about;
  }

  /** The machine is gone, or was never there. */
  get disposed(): boolean {
    return this.#connection.disposed;
  }

  onStateChange(listener: (state: AgentState) => void): Disposable {
    return this.#connection.onStateChange(listener);
  }

  /** Greets the guest. To be called when the machine starts, and again when it goes on from a saved state. */
  start(): void {
    this.#renewalTried = false;
    this.#connection.start();
  }

  /** The machine is gone: everything in progress ends. `start` may follow. */
  dispose(): void {
    this.#connection.dispose();
  }

  /** @throws AppError when no agent is ready within `waitMs` */
  whenReady(waitMs: number, doing: string): Promise<void> {
    return this.#connection.whenReady(waitMs, doing);
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
    return this.#calls.exec(opening, doing);
  }

  /** @returns how long the answer took, in milliseconds */
  async ping(): Promise<number> {
    const before = this.#timers.now();
    await this.#ask(AGENT_REQUESTS.ping());
    return this.#timers.now() - before;
  }

  /** Sets the guest's clock, after a pause for example. @param ns since 1970-01-01 UTC */
  setTime(ns: bigint): Promise<void> {
    return this.#ask(AGENT_REQUESTS.setTime(ns));
  }

  /** Asks the guest's system to shut down cleanly; resolves when it has begun. */
  powerOff(): Promise<void> {
    return this.#ask(AGENT_REQUESTS.powerOff());
  }

  /**
   * Makes the guest another than the one that it is a copy of: random numbers, host name, machine-id, SSH server keys,
   * addresses of its network cards, whose cables should be out until this resolves.
   * What its programs have drawn from the kernel before is theirs: it cannot be taken back.
   */
  identify(identity: Identity): Promise<void> {
    const asked = this.#ask(AGENT_REQUESTS.identify(identity));
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
    return this.#ask(AGENT_REQUESTS.rescanPci());
  }

  /**
   * Lets the guest know of cables that were plugged in: it asks for addresses anew. One that watches its cards itself
   * does so without being told.
   * @param cards PCI addresses, "0000:00:1c.0"; all when they are left out
   */
  bringUpCards(cards?: readonly string[]): Promise<void> {
    return this.#ask(AGENT_REQUESTS.bringUpCards(cards));
  }

  /** Lets the guest let go of a device; refused while it is in use. @param address "0000:00:05.0" */
  removePci(address: string): Promise<void> {
    return this.#ask(AGENT_REQUESTS.removePci(address));
  }

  /** Mounts something in the guest, having made the directory; what is mounted there already is fine. */
  mount(request: Omit<MountMessage, 'kind'>): Promise<void> {
    return this.#ask(AGENT_REQUESTS.mount(request));
  }

  /** @param lazy out of sight at once, even while it is used */
  unmount(directory: string, lazy = false): Promise<void> {
    return this.#ask(AGENT_REQUESTS.unmount(directory, lazy));
  }

  /** What the guest has written is on its disks when this resolves. */
  sync(): Promise<void> {
    return this.#ask(AGENT_REQUESTS.sync());
  }

  async #ask(request: AgentRequest): Promise<void> {
    const { opening, doing } = request;
    if (this.state !== 'ready') throw noAgent(doing, 'unavailable', 'no agent answers in the guest');
    this.#need(opening.kind, doing);
    return this.#calls.ask(request);
  }

  #need(feature: string, doing: string, hint = 'A newer image has a newer agent.'): void {
    if (this.about?.features.includes(feature)) return;
    throw new AppError({
      code: 'not-supported',
      doing,
      because: `the agent in the guest cannot do "${feature}"`,
      hint,
    });
  }

  /** Once a start: one that cannot be replaced (the guest's disk is full) is better than none. */
  #renewed(about: AgentAbout): Promise<void> | undefined {
    const own = this.#ownAgent;
    if (!own || this.#renewalTried || !about.features.includes('exec') || !isOutdated(about.agent, own))
      return undefined;
    this.#renewalTried = true;
    const doing = 'renew the agent in the guest';
    // When it works, the connection ends: the new agent greets.
    return this.#calls.feed(encodeRenewal(own, doing), own.source, doing).catch(() => undefined);
  }
}
