import { Cancellation } from '../../../base/cancellation.ts';
import type { Disposable } from '../../../base/disposable.ts';
import { Emitter } from '../../../base/emitter.ts';
import { AppError } from '../../../base/errors.ts';
import { Turns } from '../../../base/turns.ts';
import type {
  ContainerEnd,
  ContainerLimits,
  ContainerState,
  ContainerStats,
  ContainerView,
  RestartPolicy,
} from '../../../contract/containers.ts';
import { toFailure } from '../../../contract/failures.ts';
import type { Failure } from '../../../contract/failures.ts';
import type { TerminalSize } from '../../../contract/machines.ts';
import type { Forward } from '../../../contract/networks.ts';
import { ContainerLog } from '../log/container-log.ts';
import { NOT_CONNECTED } from './connection.ts';
import { ContainerDocuments } from './documents.ts';
import type { ContainerDefinition } from './definition.ts';
import { endOf, endsWhenAsked, kill, SIGKILL } from './ending.ts';
import type { Ending } from './ending.ts';
import { HealthMonitor } from './health.ts';
import { afterHappening, afterRequest, isAllowed } from './life-cycle.ts';
import type { Happening, Request } from './life-cycle.ts';
import { ContainerOutput } from './output.ts';
import { PublishedPorts } from './published-ports.ts';
import { Restarting, startsWithService } from './restarting.ts';
import { launchContainer } from './run.ts';
import type { ContainerRun, ProcessEnd } from './run.ts';
import type { ContainerRecord } from './run-record.ts';
import type { ContainerSurroundings } from './container-surroundings.ts';
import { viewOf } from './view.ts';

/** One container: what it is, its state, and its process while it has one. */
export class Container {
  readonly documents: ContainerDocuments;
  readonly log: ContainerLog;
  readonly output: ContainerOutput;
  readonly ports: PublishedPorts;
  readonly #around: ContainerSurroundings<Container>;
  readonly #turns = new Turns();
  readonly #restarting = new Restarting();
  readonly #ends = new Emitter<ContainerEnd>();
  #state: ContainerState = 'created';
  #run: ContainerRun | null = null;
  #health: HealthMonitor | null = null;
  #launching: Cancellation | null = null;
  #nextStart: { readonly at: number; readonly timer: Disposable } | null = null;
  /** Why its process was made to end, if it was. */
  #killed: string | null = null;
  #isRemoved = false;
  failure: Failure | null = null;
  stats: ContainerStats | null = null;

  constructor(definition: ContainerDefinition, record: ContainerRecord, around: ContainerSurroundings<Container>) {
    const { clock, logFiles, log } = around;
    this.#around = around;
    this.documents = new ContainerDocuments(definition, record, around.store, log);
    const onProblem = (error: unknown): void => log.warn(`what container ${this.name} printed is lost`, { error });
    this.log = new ContainerLog(logFiles, around.store.folder(definition.id), clock, onProblem);
    this.output = new ContainerOutput(this.log, clock);
    this.ports = new PublishedPorts(around, () => this.name);
    if (record.lastEnd) this.#state = 'exited';
  }

  get id(): string {
    return this.definition.id;
  }

  get name(): string {
    return this.definition.name;
  }

  get definition(): ContainerDefinition {
    return this.documents.definition;
  }

  get record(): ContainerRecord {
    return this.documents.record;
  }

  get state(): ContainerState {
    return this.#state;
  }

  /** Its process, while it has one. */
  get run(): ContainerRun | null {
    return this.#run;
  }

  view(): ContainerView {
    const { connection } = this.#run ?? { connection: NOT_CONNECTED };
    const health = this.#health?.health ?? { state: 'none' as const, output: null };
    const { nodeName, networkName } = this.#around;
    return viewOf(this, {
      health,
      nextStartAt: this.#nextStart?.at ?? null,
      target: connection.target,
      nodeName,
      networkName,
    });
  }

  /** Hears how its process ends, each time. */
  onEnd(listener: (end: ContainerEnd) => void): Disposable {
    return this.#ends.on(listener);
  }

  /** Resolves when its process runs. @throws AppError */
  start(size: TerminalSize | null = null): Promise<void> {
    return this.#turns.take(async () => {
      this.#become(afterRequest(this.#state, 'start', this.name));
      if (this.#run) return;
      this.#restarting.reset();
      await this.#launch({ size, byPolicy: false });
    });
  }

  /** Asks its process to end, and makes it after the time. Resolves when it has ended. @throws AppError */
  stop(timeoutMs = this.definition.stopTimeoutMs): Promise<void> {
    this.#launching?.cancel();
    return this.#turns.take(() => this.#stop('stop', timeoutMs));
  }

  /** @throws AppError */
  restart(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#run) await this.#stop('restart', this.definition.stopTimeoutMs);
      else afterRequest(this.#state, 'restart', this.name);
      this.#become(afterRequest(this.#state, 'start', this.name));
      this.#restarting.reset();
      await this.#launch({ size: null, byPolicy: false });
    });
  }

  /**
   * Sends its process a signal; after SIGKILL it has ended when this resolves. Its restart policy counts, as however else
   * a process dies: who wants it to stay down stops it. @throws AppError
   */
  async kill(signal: number): Promise<void> {
    this.#launching?.cancel();
    if (this.#launching || this.#state === 'restarting') return this.stop(0);
    afterRequest(this.#state, 'kill', this.name);
    const run = this.#run;
    if (!run) return;
    if (signal !== SIGKILL) return run.runtime.signal(this.id, signal, false);
    await this.#forceEnd(run, 'it was killed');
  }

  /** @throws AppError */
  pause(): Promise<void> {
    return this.#pauseOrResume('pause', (run) => run.runtime.pause(this.id));
  }

  /** @throws AppError */
  resume(): Promise<void> {
    return this.#pauseOrResume('resume', (run) => run.runtime.resume(this.id));
  }

  /** @throws AppError when it cannot be written; the name is then the old one */
  async rename(name: string): Promise<void> {
    afterRequest(this.#state, 'rename', this.name);
    await this.documents.change((now) => ({ ...now, name }));
    this.#run?.connection.rename(name);
    this.#tell();
  }

  /** At once, also while it runs. @throws AppError */
  change(wanted: { limits?: ContainerLimits; restart?: RestartPolicy; ports?: readonly Forward[] }): Promise<void> {
    return this.#turns.take(async () => {
      const doing = `change container ${this.name}`;
      afterRequest(this.#state, 'change', this.name);
      const run = this.#run;
      const { limits, restart, ports } = wanted;
      if (run && limits) {
        run.use.change(limits, doing);
        await run.runtime.limit(this.id, limits);
      }
      if (run && ports) await this.ports.change(ports, doing);
      await this.documents.change((now) => ({
        ...now,
        ...(limits ? { limits } : {}),
        ...(restart ? { restart } : {}),
        ...(ports ? { ports: [...ports] } : {}),
      }));
      this.#tell();
    });
  }

  /** Deletes it, with what it wrote. It is gone for good when this resolves. @throws AppError */
  async remove(force: boolean): Promise<void> {
    if (!force && !this.#launching) afterRequest(this.#state, 'remove', this.name);
    if (force) this.#launching?.cancel();
    await this.#turns.take(async () => {
      if (this.#isRemoved) return;
      if (force && this.#run) {
        void this.documents.note({ stopped: true });
        await this.#forceEnd(this.#run, 'it was removed');
      }
      afterRequest(this.#state, 'remove', this.name);
      await this.#goAway();
    });
  }

  /** For a request that needs its process. @throws AppError 'wrong-state' */
  alive(request: Request): ContainerRun {
    afterRequest(this.#state, request, this.name);
    if (this.#run) return this.#run;
    const because = 'its process is just ending';
    throw new AppError({ code: 'wrong-state', doing: `${request} container ${this.name}`, because });
  }

  /** The service has started: those whose policy says so start. Why one does not is in its view. */
  startWithService(): void {
    const { record, definition } = this;
    const ran = record.startedAt !== null;
    if (!startsWithService(definition.restart.policy, ran, record.stopped)) return;
    void this.#turns.take(async () => {
      if (!isAllowed(this.#state, 'start') || this.#run) return;
      this.#become('starting');
      await this.#launch({ size: null, byPolicy: true }).catch(() => undefined);
    });
  }

  /** Innkeeper ends: its process is asked to, and made to. What happens to it is told as that. Never fails. */
  async end(timeoutMs: number): Promise<void> {
    this.#launching?.cancel();
    this.#cancelNextStart();
    const { run } = this;
    const killed = this.#killed;
    this.#killed ??= 'Innkeeper ended';
    await this.#turns
      .take(async () => {
        if (this.#run && this.#run === run) await this.#askToEnd(this.#run, timeoutMs, killed ?? 'Innkeeper ended');
      })
      .catch(() => undefined);
    await Promise.all([this.documents.settled(), this.log.settled()]);
  }

  #pauseOrResume(request: 'pause' | 'resume', act: (run: ContainerRun) => Promise<void>): Promise<void> {
    return this.#turns.take(async () => {
      const run = this.alive(request);
      await act(run);
      if (this.#run !== run) return;
      if (this.#health) this.#health.isPaused = request === 'pause';
      this.#become(afterRequest(this.#state, request, this.name));
    });
  }

  async #launch({ size, byPolicy }: { size: TerminalSize | null; byPolicy: boolean }): Promise<void> {
    const { nodes, clock } = this.#around;
    const doing = `start container ${this.name}`;
    const { definition, documents } = this;
    const signal = new Cancellation();
    this.#launching = signal;
    this.#cancelNextStart();
    this.failure = null;
    this.#killed = null;
    let written: Promise<void> = Promise.resolve();
    try {
      const on = this.#around.placeOf(this, doing);
      const run = await launchContainer(
        {
          ...{ definition, on, size, doing, signal },
          placed: async (node) => {
            const before = this.record.node;
            written = documents.note({ node, stopped: false });
            await this.#around.placed(this, node, before);
          },
          prepared: async (config) => {
            this.#keepConfig(config);
            await documents.created();
          },
          begins: (session) => this.output.connect(session),
        },
        this.ports,
        nodes,
        this.#around,
      );
      this.#begin(run, clock.now(), byPolicy);
    } catch (error) {
      await written;
      await this.#launchFailed(doing, error, byPolicy);
      throw error;
    } finally {
      this.#launching = null;
    }
  }

  #begin(run: ContainerRun, now: number, byPolicy: boolean): void {
    const { definition, documents } = this;
    this.#run = run;
    const restarts = this.record.restarts + (byPolicy ? 1 : 0);
    void documents.note({ runningSince: now, startedAt: now, restarts });
    // Nobody is to read what nobody can write.
    if (!definition.interactive) run.session.finish();
    if (definition.healthCheck) {
      const changed = (): void => this.#tell();
      this.#health = new HealthMonitor(definition.healthCheck, run.runtime, this.id, this.#around.clock, changed);
    }
    this.#happen('launched');
    void run.ended.then((end) => this.#ended(run, end, now));
  }

  async #launchFailed(doing: string, error: unknown, byPolicy: boolean): Promise<void> {
    const { clock, log } = this.#around;
    this.failure = toFailure(error, doing);
    const { because, code } = this.failure;
    log.warn(`container ${this.name} could not be started: ${because}`, { code, error });
    const end: ContainerEnd = { kind: 'not-started', at: clock.now(), exitStatus: null, cause: because };
    const written = this.documents.note({ runningSince: null, lastEnd: end });
    const pause =
      byPolicy && code !== 'cancelled' ? this.#restarting.pauseAfter(this.definition.restart, end, 0) : null;
    if (pause === null) this.#happen('launch-failed');
    else this.#startAfter(pause);
    this.#ends.fire(end);
    await written;
  }

  #ended(run: ContainerRun, processEnd: ProcessEnd, startedAt: number): void {
    const { clock, log } = this.#around;
    this.output.endRun();
    this.#run = null;
    this.#health?.dispose();
    this.#health = null;
    this.stats = null;
    const end = endOf(processEnd, {
      at: clock.now(),
      isClosing: this.#around.isClosing(),
      killed: this.#killed,
      nodeName: run.use.node.name,
      memoryBytes: this.definition.limits.memoryBytes,
    });
    this.#killed = null;
    log.info(`container ${this.name} has ended: ${end.kind}`, { exitStatus: end.exitStatus, cause: end.cause });
    const isDone =
      this.record.stopped || this.#around.isClosing() || this.#state === 'stopping' || this.definition.removeAtEnd;
    const pause = isDone ? null : this.#restarting.pauseAfter(this.definition.restart, end, clock.now() - startedAt);
    void this.documents.note({ runningSince: null, lastEnd: end });
    if (pause === null) this.#happen('ended');
    else this.#startAfter(pause);
    const tell = (): void => this.#ends.fire(end);
    // Who waits for its end may want its name.
    if (this.definition.removeAtEnd && !this.#around.isClosing()) void this.#removeAtEnd().finally(tell);
    else tell();
  }

  async #removeAtEnd(): Promise<void> {
    try {
      await this.remove(false);
    } catch (error) {
      this.#around.log.warn(`container ${this.name} could not be removed`, { error });
    }
  }

  async #stop(request: 'stop' | 'restart', timeoutMs: number): Promise<void> {
    const next = afterRequest(this.#state, request, this.name);
    const run = this.#run;
    if (!run) {
      this.#cancelNextStart();
      this.#become(next);
      if (this.record.startedAt !== null || this.record.node !== null) await this.documents.note({ stopped: true });
      return;
    }
    const isPaused = this.#state === 'paused';
    if (request === 'stop') void this.documents.note({ stopped: true });
    this.#become('stopping');
    if (isPaused) await run.runtime.resume(this.id).catch(() => undefined);
    const seconds = timeoutMs / 1000;
    await this.#askToEnd(run, timeoutMs, `it had not ended ${seconds} s after it was asked to`);
    await this.documents.settled();
  }

  /** @param cause why it is made to end, where it has to be */
  async #askToEnd(run: ContainerRun, timeoutMs: number, cause: string): Promise<void> {
    if (!(await endsWhenAsked(this.#endingOf(run), timeoutMs))) await this.#forceEnd(run, cause);
  }

  async #forceEnd(run: ContainerRun, cause: string): Promise<void> {
    this.#killed = cause;
    await kill(this.#endingOf(run));
  }

  #endingOf(run: ContainerRun): Ending {
    return { run, definition: this.definition, clock: this.#around.clock };
  }

  async #goAway(): Promise<void> {
    this.#cancelNextStart();
    await this.documents.created().catch(() => undefined);
    await this.documents.remove();
    this.#isRemoved = true;
    this.log.close();
    this.#around.removed(this);
  }

  #startAfter(milliseconds: number): void {
    const { clock } = this.#around;
    const timer = clock.after(milliseconds, () => void this.#startAgain());
    this.#nextStart = { at: clock.now() + milliseconds, timer };
    this.#happen('ended-to-restart');
  }

  async #startAgain(): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#state !== 'restarting' || this.#isRemoved || this.#around.isClosing()) return;
      this.#happen('due');
      await this.#launch({ size: null, byPolicy: true }).catch(() => undefined);
    });
  }

  #cancelNextStart(): void {
    this.#nextStart?.timer.dispose();
    this.#nextStart = null;
  }

  #keepConfig(config: string): void {
    this.documents
      .created()
      .then(() => this.#around.store.writeRuntimeConfig(this.id, config))
      .catch(() => undefined);
  }

  #happen(happening: Happening): void {
    this.#become(afterHappening(this.#state, happening));
  }

  #become(state: ContainerState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    if (!this.#isRemoved) this.#around.changed(this);
  }
}
