import type { Disposable } from '../base/disposable.ts';
import { AppError } from '../base/errors.ts';
import { toFailure } from '../contract/failures.ts';
import type { Failure } from '../contract/failures.ts';
import type { MachineEnd, MachineState, MachineStats, MachineView, TerminalSize } from '../contract/machines.ts';
import { admitStart } from '../host/admission.ts';
import { bootFromFiles, bootFromImage, checkBootFiles } from './boot-files.ts';
import { MachineConsole } from './console.ts';
import type { MachineDefinition } from './definition.ts';
import { inspectDisk } from './disk-image.ts';
import type { Preparation } from './image-preparation.ts';
import { afterHappening, afterRequest } from './life-cycle.ts';
import type { Happening, Request } from './life-cycle.ts';
import { LiveRun } from './live-run.ts';
import { RUN_RECORD_VERSION } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import type { RunEnd, RunSpec } from './runner.ts';
import type { Surroundings } from './surroundings.ts';

/** One machine: its definition, its state, and its run while it has one. */
export class Machine {
  readonly console: MachineConsole;
  readonly #around: Surroundings;
  readonly #changed: (machine: Machine) => void;
  #definition: MachineDefinition;
  #record: RunRecord;
  #state: MachineState = 'stopped';
  #live: LiveRun | null = null;
  #preparation: Preparation | null = null;
  #startWhenPrepared = false;
  #restartWhenOff = false;
  #stopOverdue = false;
  #failure: Failure | null = null;
  #stats: MachineStats | null = null;
  #terminal: TerminalSize | null = null;
  /** Counts beginnings and forced ends: what was begun before is told apart from what goes on now. */
  #attempt = 0;
  #killing: Promise<void> | null = null;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(
    definition: MachineDefinition,
    record: RunRecord,
    around: Surroundings,
    changed: (machine: Machine) => void,
  ) {
    this.#definition = definition;
    this.#record = record;
    this.#around = around;
    this.#changed = changed;
    this.console = new MachineConsole(around.clock);
    // How it ended last is what it is until it is started again.
    if (record.lastEnd?.kind === 'failed') this.#state = 'failed';
  }

  get id(): string {
    return this.#definition.id;
  }

  get name(): string {
    return this.#definition.name;
  }

  get state(): MachineState {
    return this.#state;
  }

  get definition(): MachineDefinition {
    return this.#definition;
  }

  /** Its run, while the guest can be spoken to. */
  get live(): LiveRun | null {
    return this.#killing ? null : this.#live;
  }

  view(): MachineView {
    const { id, name, source, processors, memoryBytes, disks, createdAt } = this.#definition;
    const { runningSince, lastEnd } = this.#record;
    return {
      ...{ id, name, source, processors, memoryBytes, disks, createdAt, lastEnd },
      state: this.#state,
      startedAt: runningSince,
      agent: this.#live?.agent.state ?? 'absent',
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
    const { source } = this.#definition;
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
    this.#killing = this.#powerDown();
    try {
      await this.#killing;
    } finally {
      this.#killing = null;
    }
    const written = this.#writeEnd({ kind: 'killed', at: this.#around.clock.now(), cause: null });
    this.#request('kill');
    await written;
  }

  async pause(): Promise<void> {
    const live = this.#alive('pause');
    await live.run.pause();
    if (this.live === live && this.#state === 'running') this.#request('pause');
  }

  async resume(): Promise<void> {
    const live = this.#alive('resume');
    await live.run.resume();
    if (this.live === live && this.#state === 'paused') this.#request('resume');
  }

  /** @throws AppError when the definition cannot be written; the name is then the old one */
  async rename(name: string): Promise<void> {
    afterRequest(this.#state, 'rename', this.name);
    const renamed = { ...this.#definition, name };
    await this.#write(() => this.#around.store.update(renamed));
    this.#definition = renamed;
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
    if (this.#state === 'paused' || this.live?.stuck() !== true) return;
    void this.#ended(this.#attempt, { kind: 'failed', cause: 'its processor thread does not answer any more' });
  }

  /** What was written about it so far is on the disk when this resolves. */
  async settled(): Promise<void> {
    await this.#writes;
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
      const boot = await this.#planBoot(doing);
      this.#check(attempt, doing);
      if (boot === null) {
        this.#prepare(this.#imageName(), true);
        return;
      }
      await this.#powerUp(attempt, doing, boot);
    } catch (error) {
      if (attempt === this.#attempt) await this.#launchFailed(doing, error);
      throw error;
    }
  }

  async #powerUp(attempt: number, doing: string, boot: RunSpec['boot']): Promise<void> {
    const { clock, host, runner } = this.#around;
    const { processors, memoryBytes } = this.#definition;
    admitStart({ doing, processors, memoryBytes }, host.meter.facts, await host.meter.measure());
    const leases = await this.#leaseDisks(doing);
    try {
      await this.#writeRecord({ ...this.#record, runningSince: clock.now() });
      this.#check(attempt, doing);
    } catch (error) {
      for (const lease of leases) lease.dispose();
      throw error;
    }
    const { id, name, disks } = this.#definition;
    const run = runner.launch({ id, name, harts: processors, memoryBytes, boot, disks });
    this.#live = new LiveRun(
      run,
      this.console,
      clock,
      () => this.#randomNumber(),
      leases,
      () => this.#tell(),
    );
    await run.started;
    this.#check(attempt, doing);
    if (this.#terminal) run.resize(this.#terminal);
    this.#happen('launched');
    void run.ended.then((end) => this.#ended(attempt, end));
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
    const written = this.#writeRecord({ ...this.#record, runningSince: null });
    this.#happen('launch-failed');
    await written;
  }

  /** @returns null when the image has to be made first */
  async #planBoot(doing: string): Promise<RunSpec['boot'] | null> {
    const { source, name } = this.#definition;
    if (source.kind === 'image') {
      const image = await this.#around.images.find(source.image);
      return image && bootFromImage(image, name);
    }
    await checkBootFiles(this.#around.files, doing, source);
    return bootFromFiles(source);
  }

  async #leaseDisks(doing: string): Promise<Disposable[]> {
    const leases: Disposable[] = [];
    try {
      for (const { path, readOnly } of this.#definition.disks) {
        const { identity } = await inspectDisk(this.#around.files, doing, { path, readOnly });
        leases.push(this.#around.disks.acquire(doing, path, { identity, readOnly, holder: this.name }));
      }
      return leases;
    } catch (error) {
      for (const lease of leases) lease.dispose();
      throw error;
    }
  }

  /** Called when a run ended without having been asked to by `kill`. */
  async #ended(attempt: number, end: RunEnd): Promise<void> {
    if (attempt !== this.#attempt) return;
    this.#attempt++;
    await this.#letGo();
    const at = this.#around.clock.now();
    if (end.kind === 'failed') {
      this.console.note(`The machine failed: ${end.cause}`);
      return this.#finish('failed', { kind: 'failed', at, cause: end.cause });
    }
    if (this.#startsAgainAfter(end)) {
      this.#restartWhenOff = false;
      this.#happen('reset');
      return this.#launch().catch(() => undefined);
    }
    this.console.note('The machine is off');
    return this.#finish('powered-off', { kind: 'powered-off', at, cause: null });
  }

  async #finish(happening: 'failed' | 'powered-off', end: MachineEnd): Promise<void> {
    // Who hears of the new state is to see how it came about at the same time.
    const written = this.#writeEnd(end);
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
    this.console.note('The machine was killed');
  }

  async #letGo(): Promise<void> {
    const live = this.#live;
    if (!live) return;
    await live.end();
    if (this.#live === live) this.#live = null;
    this.#stats = null;
  }

  #imageName(): string {
    const { source } = this.#definition;
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

  async #writeEnd(lastEnd: MachineEnd): Promise<void> {
    const cause = lastEnd.cause === null ? '' : `: ${lastEnd.cause}`;
    this.#around.log.info(this.id, `${lastEnd.kind}${cause}`);
    await this.#writeRecord({ version: RUN_RECORD_VERSION, runningSince: null, lastEnd });
  }

  /** A record that cannot be written (the disk is full) does not keep a machine from running, or from ending. */
  async #writeRecord(record: RunRecord): Promise<void> {
    this.#record = record;
    try {
      await this.#write(() => this.#around.store.writeRecord(this.id, record));
    } catch (error) {
      this.#around.log.warn(this.id, 'its run record could not be written', { error });
    }
  }

  /** One write after the other. */
  #write(write: () => Promise<void>): Promise<void> {
    const written = this.#writes.then(write);
    this.#writes = written.catch(() => undefined);
    return written;
  }

  #randomNumber(): number {
    const bytes = new Uint8Array(4);
    this.#around.random(bytes);
    return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
  }
}
