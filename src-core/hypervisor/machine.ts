import { AppError, asPartOf } from '../base/errors.ts';
import { toFailure } from '../contract/failures.ts';
import type { Failure } from '../contract/failures.ts';
import type { Share } from '../contract/shares.ts';
import type { MachineDiskView, MachineState, MachineStats, MachineView, TerminalSize } from '../contract/machines.ts';
import { MachineConsole } from './console.ts';
import type { MachineDefinition } from './definition.ts';
import type { Preparation } from './image-preparation.ts';
import { planLaunch } from './launch-plan.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { afterHappening, afterRequest } from './life-cycle.ts';
import type { Happening, Request } from './life-cycle.ts';
import { LiveRun } from './live-run.ts';
import { locateDisks, measureDisks } from './machine-disks.ts';
import { MachineDocuments } from './machine-documents.ts';
import type { RunRecord } from './run-record.ts';
import type { RunEnd, RunStart } from './runner.ts';
import type { Surroundings } from './surroundings.ts';

/** After a shorter pause a guest's clock is not worth setting. */
const LONG_PAUSE_MS = 1000;

/** One machine: its definition, its state, and its run while it has one. */
export class Machine {
  readonly console: MachineConsole;
  readonly #around: Surroundings;
  readonly #changed: (machine: Machine) => void;
  readonly #documents: MachineDocuments;
  #state: MachineState = 'stopped';
  #live: LiveRun | null = null;
  #preparation: Preparation | null = null;
  #startWhenPrepared = false;
  #restartWhenOff = false;
  #stopOverdue = false;
  #failure: Failure | null = null;
  #stats: MachineStats | null = null;
  #disks: readonly MachineDiskView[];
  #terminal: TerminalSize | null = null;
  /** Its saved state is on disk, and has not been taken up. */
  #saved: boolean;
  #pausedAt = 0;
  /** Counts beginnings and forced ends: what was begun before is told apart from what goes on now. */
  #attempt = 0;
  #killing: Promise<void> | null = null;

  constructor(
    definition: MachineDefinition,
    record: RunRecord,
    around: Surroundings,
    changed: (machine: Machine) => void,
    suspended = false,
  ) {
    this.#documents = new MachineDocuments(definition, record, around);
    this.#around = around;
    this.#changed = changed;
    this.console = new MachineConsole(around.clock);
    this.#disks = locateDisks(definition, around).map((disk) => ({ ...disk, sizeBytes: null, usedBytes: null }));
    // How it ended last is what it is until it is started again.
    if (record.lastEnd?.kind === 'failed') this.#state = 'failed';
    this.#saved = suspended;
    if (suspended) this.#state = 'suspended';
  }

  get id(): string {
    return this.definition.id;
  }

  get name(): string {
    return this.definition.name;
  }

  get state(): MachineState {
    return this.#state;
  }

  get definition(): MachineDefinition {
    return this.#documents.definition;
  }

  /** Its run, while the guest can be spoken to. */
  get live(): LiveRun | null {
    return this.#killing ? null : this.#live;
  }

  view(): MachineView {
    const { id, name, source, processors, memoryBytes, cpuLimit, bootOrder, createdAt } = this.definition;
    const { runningSince, lastEnd } = this.#documents.record;
    return {
      ...{ id, name, source, processors, memoryBytes, cpuLimit, createdAt, lastEnd },
      bootOrder: [...bootOrder],
      currentSnapshot: null,
      disks: [...this.#disks],
      shares: this.definition.shares.map((share) => ({ ...share, mounted: false, failure: null })),
      state: this.#state,
      startedAt: runningSince,
      agent: this.#live?.agent.state ?? 'absent',
      configuration: { state: 'none', step: null, failure: null, warnings: [] },
      stopOverdue: this.#stopOverdue,
      task: this.#preparation?.task ?? null,
      stats: this.#stats,
      failure: this.#failure,
    };
  }

  /** Resolves when it runs, or when its image is being prepared. @throws AppError */
  async start(): Promise<void> {
    if (this.#state === 'preparing') {
      this.#startWhenPrepared = true;
      return;
    }
    this.#request('start');
    await this.#launch();
  }

  /** Prepares its image when that is not here yet. */
  async prepare(): Promise<void> {
    const attempt = this.#attempt;
    const { source } = this.definition;
    if (source.kind !== 'image' || (await this.#around.images.find(source.image)) !== null) return;
    if (attempt === this.#attempt && this.#state === 'stopped') this.#prepare(source.image, false);
  }

  /** Asks the guest to power off. @throws AppError */
  stop(graceMs: number): void {
    if (this.#state === 'preparing') {
      this.#abandonPreparation('stop');
      return;
    }
    this.#stopOverdue = false;
    this.#request('stop');
    this.#restartWhenOff = false;
    this.#askToPowerOff(graceMs);
  }

  /** Asks the guest to power off and starts it again. @throws AppError */
  restart(graceMs: number): void {
    this.#stopOverdue = false;
    this.#request('restart');
    this.#restartWhenOff = true;
    this.#askToPowerOff(graceMs);
  }

  /** Takes the power away. Resolves when nothing of it runs. @throws AppError */
  async kill(): Promise<void> {
    if (this.#killing) return this.#killing;
    if (this.#state === 'preparing') {
      this.#abandonPreparation('kill');
      return;
    }
    afterRequest(this.#state, 'kill', this.name);
    if (this.#state === 'suspended') return this.#throwAway('kill');
    this.#killing = this.#powerDown();
    try {
      await this.#killing;
    } finally {
      this.#killing = null;
    }
    const written = this.#documents.ended('killed', null);
    this.#request('kill');
    await written;
  }

  async pause(): Promise<void> {
    const live = this.#alive('pause');
    await live.run.pause();
    if (this.live !== live || this.#state !== 'running') return;
    this.#pausedAt = this.#around.clock.now();
    this.#request('pause');
  }

  /** Lets it go on: where it was paused, or where it was suspended. @throws AppError */
  async resume(): Promise<void> {
    if (this.#state === 'suspended') {
      this.#request('resume');
      return this.#launch();
    }
    const live = this.#alive('resume');
    await live.run.resume();
    if (this.live !== live || this.#state !== 'paused') return;
    this.#request('resume');
    if (this.#around.clock.now() - this.#pausedAt >= LONG_PAUSE_MS) live.tellTime();
  }

  /** Saves it to disk and takes its power. Resolves when it is safely there. @throws AppError; then it goes on */
  async suspend(): Promise<void> {
    const live = this.#alive('suspend');
    const failed = this.#state === 'paused' ? 'suspend-failed-paused' : 'suspend-failed';
    const attempt = this.#attempt;
    const { store } = this.#around;
    this.#request('suspend');
    try {
      await asPartOf(`suspend machine ${this.name}`, this.#save(live));
    } catch (error) {
      this.#around.log.warn(this.id, 'it could not be suspended', { error });
      if (attempt === this.#attempt) {
        await store.discardState(this.id).catch(() => undefined);
        if (attempt === this.#attempt) this.#happen(failed);
      }
      throw error;
    }
    const doing = `suspend machine ${this.name}`;
    this.#check(attempt, doing);
    const after = ++this.#attempt;
    await this.#letGo();
    this.#check(after, doing);
    this.#saved = true;
    this.console.note('The machine is suspended');
    const written = this.#documents.ended('suspended', null);
    this.#happen('suspended');
    await written;
  }

  /** Throws its saved state away. @throws AppError */
  async discard(): Promise<void> {
    afterRequest(this.#state, 'discard', this.name);
    await this.#throwAway('discard');
  }

  /** @throws AppError when the definition cannot be written; the name is then the old one */
  async rename(name: string): Promise<void> {
    afterRequest(this.#state, 'rename', this.name);
    await this.#documents.define({ ...this.definition, name });
    this.#tell();
  }

  /** Changes which folders of this computer it has. @throws AppError 'wrong-state' while that cannot be */
  async changeShares(change: (before: readonly Share[]) => Promise<Share[]>): Promise<void> {
    afterRequest(this.#state, 'share folders with', this.name);
    const shares = await change(this.definition.shares);
    afterRequest(this.#state, 'share folders with', this.name);
    await this.#documents.define({ ...this.definition, shares });
    this.#tell();
  }

  /** Its console's terminal has this size, in this run and those to come. */
  resize(size: TerminalSize): void {
    this.#terminal = size;
    this.live?.run.resize(size);
  }

  /** Measures it, if it runs. */
  sample(): MachineStats | null {
    if (!this.live || this.#state === 'starting') return null;
    this.#stats = this.live.sample();
    return this.#stats;
  }

  /** To be called every few seconds. */
  watch(): void {
    if (this.#live) void this.measureDisks();
    if (this.#state === 'paused' || this.#state === 'suspending' || this.live?.stuck() !== true) return;
    this.#hearEnd(this.#attempt, { kind: 'failed', cause: 'its processor thread does not answer any more' });
  }

  /** Looks how large its disks are and what they take. */
  async measureDisks(): Promise<void> {
    if (this.#disks.length === 0) return;
    const measured = await measureDisks(this.definition, this.#around);
    const changed = measured.some(({ sizeBytes, usedBytes }, index) => {
      const before = this.#disks[index];
      return sizeBytes !== before?.sizeBytes || usedBytes !== before.usedBytes;
    });
    this.#disks = measured;
    if (changed) this.#tell();
  }

  /** What was written about it so far is on the disk when this resolves. */
  async settled(): Promise<void> {
    await this.#documents.settled();
  }

  #request(request: Request): void {
    this.#become(afterRequest(this.#state, request, this.name));
  }

  #happen(happening: Happening): void {
    this.#become(afterHappening(this.#state, happening));
  }

  #become(state: MachineState): void {
    if (state !== this.#state) this.#around.log.info(this.id, `${this.#state} → ${state}`);
    this.#state = state;
    if (state !== 'stopping') this.#stopOverdue = false;
    if (state === 'starting') this.#failure = null;
    this.#tell();
  }

  #tell(): void {
    this.#changed(this);
  }

  #alive(request: Request): LiveRun {
    afterRequest(this.#state, request, this.name);
    if (this.live) return this.live;
    const because = 'it is just being powered off';
    throw new AppError({ code: 'wrong-state', doing: `${request} machine ${this.name}`, because });
  }

  #askToPowerOff(graceMs: number): void {
    const attempt = this.#attempt;
    this.live?.askToPowerOff(graceMs, () => {
      if (attempt !== this.#attempt || this.#state !== 'stopping') return;
      this.#stopOverdue = true;
      this.#tell();
    });
  }

  /** From `starting` to `running`, or to `preparing` when the image is not there. */
  async #launch(): Promise<void> {
    const attempt = ++this.#attempt;
    const doing = `start machine ${this.name}`;
    try {
      const plan = await planLaunch(this.definition, doing, this.#around);
      if (attempt !== this.#attempt) letGoOf(plan);
      this.#check(attempt, doing);
      if (plan === null && this.#saved) throw imageMissing(doing, this.#imageName());
      if (plan === null) this.#prepare(this.#imageName(), true);
      else await this.#powerUp(attempt, doing, plan);
    } catch (error) {
      if (attempt === this.#attempt) await this.#launchFailed(doing, error);
      throw error;
    }
  }

  async #powerUp(attempt: number, doing: string, plan: LaunchPlan): Promise<void> {
    const { clock, runner } = this.#around;
    // Before it runs, so that a death of Innkeeper's from here on is told as what it was.
    await this.#documents.runs();
    if (attempt !== this.#attempt) letGoOf(plan);
    this.#check(attempt, doing);
    const { store } = this.#around;
    const start: RunStart = this.#saved ? { kind: 'restore', memory: store.statePath(this.id) } : { kind: 'power-on' };
    const run = runner.launch({ ...plan.spec, start });
    const random = (): number => this.#randomNumber();
    this.#live = new LiveRun(run, this.console, clock, random, plan.leases, () => this.#tell());
    await run.started;
    this.#check(attempt, doing);
    if (this.#terminal) run.resize(this.#terminal);
    if (this.#saved) await this.#takeUp(attempt, doing, this.#live);
    this.#happen('launched');
    void run.ended.then((end) => this.#hearEnd(attempt, end));
  }

  async #save(live: LiveRun): Promise<void> {
    const path = await this.#around.store.prepareState(this.id);
    await live.run.capture({ memory: path, tops: [], then: 'hold' });
  }

  /**
   * It stands restored in memory. Its saved state goes before the guest does anything: one that wrote to its disks
   * must not be put back to a moment before it did.
   */
  async #takeUp(attempt: number, doing: string, live: LiveRun): Promise<void> {
    await this.#around.store.discardState(this.id);
    this.#saved = false;
    this.#check(attempt, doing);
    this.console.note('The machine is resumed');
    await live.run.resume();
    this.#check(attempt, doing);
    live.tellTime();
  }

  async #throwAway(request: 'kill' | 'discard'): Promise<void> {
    await asPartOf(`discard the saved state of machine ${this.name}`, this.#around.store.discardState(this.id));
    this.#saved = false;
    this.console.note('The saved state was discarded');
    const written = this.#documents.ended('killed', null);
    this.#request(request);
    await written;
  }

  /** @throws AppError 'cancelled' when it was killed meanwhile */
  #check(attempt: number, doing: string): void {
    if (attempt === this.#attempt) return;
    throw new AppError({ code: 'cancelled', doing, because: 'it was killed meanwhile' });
  }

  async #launchFailed(doing: string, error: unknown): Promise<void> {
    this.#attempt++;
    await this.#letGo();
    this.#failure = toFailure(error, doing);
    this.#around.log.warn(this.id, `failed to start: ${this.#failure.because}`, { code: this.#failure.code, error });
    const written = this.#documents.runsNot();
    this.#happen(this.#saved ? 'resume-failed' : 'launch-failed');
    await written;
  }

  /** A run ended without having been asked to by `kill`. */
  #hearEnd(attempt: number, end: RunEnd): void {
    this.#ended(attempt, end).catch((error: unknown) => {
      this.#around.log.warn(this.id, 'a defect of Innkeeper: its end could not be dealt with', { error });
    });
  }

  async #ended(attempt: number, end: RunEnd): Promise<void> {
    if (attempt !== this.#attempt) return;
    this.#attempt++;
    await this.#letGo();
    if (end.kind === 'failed') {
      this.console.note(`The machine failed: ${end.cause}`);
      return this.#finish('failed', end.cause);
    }
    if (this.#startsAgainAfter(end)) {
      this.#restartWhenOff = false;
      this.#happen('reset');
      return this.#launch().catch(() => undefined);
    }
    this.console.note('The machine is off');
    return this.#finish('powered-off', null);
  }

  async #finish(happening: 'failed' | 'powered-off', cause: string | null): Promise<void> {
    // Who hears of the new state is to see how it came about at the same time.
    const written = this.#documents.ended(happening, cause);
    this.#happen(happening);
    await written;
  }

  /** A guest that was asked to power off stays off, also if it resets instead. */
  #startsAgainAfter(end: RunEnd): boolean {
    return this.#restartWhenOff || (end.kind === 'reset' && this.#state !== 'stopping');
  }

  async #powerDown(): Promise<void> {
    this.#attempt++;
    this.#restartWhenOff = false;
    await this.#letGo();
    await this.#around.store.discardState(this.id).catch((error: unknown) => {
      this.#around.log.warn(this.id, 'what was saved of it could not be removed', { error });
    });
    this.#saved = false;
    this.console.note('The machine was killed');
  }

  async #letGo(): Promise<void> {
    const live = this.#live;
    if (!live) return;
    await live.end();
    if (this.#live === live) this.#live = null;
    this.#stats = null;
    void this.measureDisks();
  }

  #imageName(): string {
    const { source } = this.definition;
    return source.kind === 'image' ? source.image : '';
  }

  #prepare(image: string, thenStart: boolean): void {
    const preparation = this.#around.images.prepare(image, { id: this.id, name: this.name });
    const attempt = ++this.#attempt;
    this.#preparation = preparation;
    this.#startWhenPrepared = thenStart;
    this.#happen('image-missing');
    preparation.done.then(
      () => {
        if (attempt === this.#attempt) this.#prepared();
      },
      (error: unknown) => {
        if (attempt === this.#attempt) this.#preparationFailed(error);
      },
    );
  }

  #prepared(): void {
    this.#preparation = null;
    if (!this.#startWhenPrepared) {
      this.#happen('prepared');
      return;
    }
    this.#happen('prepared-to-start');
    // Why it did not start stands in its view.
    this.#launch().catch(() => undefined);
  }

  #preparationFailed(error: unknown): void {
    this.#preparation = null;
    this.#failure = toFailure(error, `prepare machine ${this.name}`);
    this.#happen('preparation-failed');
  }

  #abandonPreparation(request: 'stop' | 'kill'): void {
    this.#attempt++;
    this.#preparation?.release();
    this.#preparation = null;
    this.#request(request);
  }

  #randomNumber(): number {
    const bytes = new Uint8Array(4);
    this.#around.random(bytes);
    return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
  }
}

function imageMissing(doing: string, image: string): AppError {
  const hint = `Bring the image back: inn image pull ${image}.`;
  return new AppError({ code: 'not-found', doing, because: `its image ${image} is not here`, hint });
}

function letGoOf(plan: LaunchPlan | null): void {
  for (const lease of plan?.leases ?? []) lease.dispose();
}
