import type { Disposable } from '../base/disposable.ts';
import { AppError, asPartOf } from '../base/errors.ts';
import { toFailure } from '../contract/failures.ts';
import { isNothingButImage } from './booted/booted-snapshot.ts';
import { takeImageDisk } from './image-disk.ts';
import { ImageWaiting } from './image-waiting.ts';
import { keepDisks } from './kept-disks.ts';
import { planLaunch } from './launch-plan.ts';
import type { LaunchPlan } from './launch-plan.ts';
import type { Identity } from '../guest/protocol.ts';
import type { Random } from '../host/clock.ts';
import type { MachineDefinition } from './definition.ts';
import { withoutState, withPromisedMemory } from './definition.ts';
import { layersOf } from './layers/layer-owners.ts';
import { coverDisks } from './layers/tops.ts';
import { afterRequest } from './life-cycle.ts';
import { LiveRun } from './live-run.ts';
import type { MachineBody } from './machine-body.ts';
import type { MachineRun, RunEnd, RunStart } from './runner.ts';
import type { QuickStart } from './surroundings.ts';

const ENTER = Uint8Array.of(0x0d);

/** Gives a machine its power and takes it. */
export class Power {
  readonly waiting: ImageWaiting;
  readonly #body: MachineBody;
  readonly #offAgain: () => void;

  /** @param offAgain called after each end of a run */
  constructor(body: MachineBody, offAgain: () => void) {
    this.#body = body;
    this.#offAgain = offAgain;
    this.waiting = new ImageWaiting(body, () => this.#inTurn());
  }

  /** Resolves when it runs, or when its image is being prepared. @throws AppError */
  start(request: 'start' | 'resume'): Promise<void> {
    return this.#body.turns.take(() => {
      this.#body.request(request);
      return this.#launch();
    });
  }

  /** Takes the power away. Resolves when nothing of it runs. @throws AppError */
  async kill(): Promise<void> {
    const body = this.#body;
    if (body.killing) return body.killing;
    afterRequest(body.state, 'kill', body.name);
    body.killing = this.#powerDown();
    try {
      await body.killing;
    } finally {
      body.killing = null;
    }
    const written = body.documents.ended('killed', null);
    body.request('kill');
    await written;
  }

  /** @param overdue called when the guest has not powered off in time */
  askToPowerOff(graceMs: number): void {
    const body = this.#body;
    const { attempt } = body;
    body.live?.askToPowerOff(graceMs, () => {
      if (attempt !== body.attempt || body.state !== 'stopping') return;
      body.stopOverdue = true;
      body.tell();
    });
  }

  /** Its processor thread does not answer any more. */
  giveUp(): void {
    this.hearEnd(this.#body.attempt, { kind: 'failed', cause: 'its processor thread does not answer any more' });
  }

  /** A run is this machine's from now on. @param leases given back with the run */
  adopt(run: MachineRun, leases: readonly Disposable[]): LiveRun {
    const body = this.#body;
    const { clock, layers, log } = body.around;
    // What it saves next may be a delta on this.
    const base = layers.use(() => run.memoryBase);
    body.run = new LiveRun(run, body.console, clock, {
      leases: [...leases, base],
      random: () => body.random(),
      ownAgent: body.around.ownAgent,
      onAgent: () => body.tell(),
      onProblem: (error) => log.warn(body.id, 'its guest has no identity of its own', { error }),
    });
    body.sharesInGuest.follow(body.run.agent);
    body.configuration.follow(body.run.agent);
    return body.run;
  }

  /** A copy of another machine's run goes on as this machine, which was off up to now. @throws AppError */
  async takeOver(run: MachineRun, plan: LaunchPlan, doing: string): Promise<void> {
    const body = this.#body;
    await body.turns.take(async () => {
      body.request('start');
      const attempt = body.begin();
      const live = this.adopt(run, plan.leases);
      try {
        await body.documents.runs();
        await this.goOn(attempt, doing, live, true);
        body.happen('launched');
        this.follow(attempt, live);
      } catch (error) {
        if (attempt === body.attempt) await this.#launchFailed(doing, error);
        throw error;
      }
    });
  }

  /** Hears how it ends. */
  follow(attempt: number, { run }: LiveRun): void {
    void run.ended.then((end) => this.hearEnd(attempt, end));
  }

  /**
   * A run that stands still goes on as this machine, which is no longer suspended then. That is on the disk before the
   * guest does anything: one that wrote to its disks must not be put back to a moment before it did.
   * @param renewed it was another machine's up to now; @param then called once it knows who it is @throws AppError; 'cancelled' when it was killed meanwhile
   */
  async goOn(
    attempt: number,
    doing: string,
    live: LiveRun,
    renewed: boolean,
    then: () => void = () => undefined,
  ): Promise<void> {
    const body = this.#body;
    await body.documents.change(withoutState);
    body.check(attempt, doing);
    if (body.terminal) live.run.resize(body.terminal);
    await live.run.resume();
    body.check(attempt, doing);
    this.#wakeUp(live, renewed, then);
  }

  /** A run ended without having been asked to by `kill`. */
  hearEnd(attempt: number, end: RunEnd): void {
    this.#ended(attempt, end).catch((error: unknown) => {
      this.#body.around.log.warn(this.#body.id, 'a defect of Innkeeper: its end could not be dealt with', { error });
    });
  }

  /** Lets go of its run, if it has one. Resolves when nothing of it runs. */
  async letGo(): Promise<void> {
    const { run } = this.#body;
    if (!run) return;
    await run.end();
    if (this.#body.run === run) this.#body.run = null;
    this.#body.stats = null;
    // What only its run kept can go, and what it had open can be folded.
    this.#body.around.layers.sweepSoon();
    this.#offAgain();
  }

  #inTurn(): Promise<void> {
    return this.#body.turns.take(() => this.#launch());
  }

  /** From `starting` to `running`, or to `preparing` when the image is not there. */
  async #launch(): Promise<void> {
    const body = this.#body;
    const attempt = body.begin();
    const doing = `start machine ${body.name}`;
    try {
      if (!body.definition.resume) await body.documents.change(withPromisedMemory);
      body.letGoOfKept();
      await takeImageDisk(body);
      if (await this.#quickStart(attempt, doing)) return;
      const plan = await planLaunch(body.definition, doing, body.around);
      if (attempt !== body.attempt) letGoOf(plan);
      body.check(attempt, doing);
      if (plan === null && body.definition.resume) throw imageMissing(doing, imageOf(body));
      if (plan === null) this.waiting.begin(imageOf(body), true);
      else await this.#powerUp(attempt, doing, plan);
    } catch (error) {
      if (attempt === body.attempt) await this.#launchFailed(doing, error);
      throw error;
    }
  }

  /** Goes on from where another machine of its image had come up. @returns false when there is none, or it is of no use */
  async #quickStart(attempt: number, doing: string): Promise<boolean> {
    const body = this.#body;
    const { around, definition, documents } = body;
    const quick = await around.quickStarts.find(definition, documents.record);
    if (!quick) return false;
    const { disks: kept, memory } = layersOf(quick.booted, quick.booted.memory);
    const pin = around.layers.pin([...kept, ...memory]);
    try {
      const { disks } = await coverDisks(quick.booted.disks, doing, around, pin);
      const plan = await planLaunch({ ...definition, disks }, doing, around);
      if (attempt !== body.attempt) letGoOf(plan);
      body.check(attempt, doing);
      if (!plan) return false;
      await this.#goOnFrom(attempt, doing, quick, { plan, disks });
      return true;
    } catch (error) {
      if (attempt !== body.attempt || (error instanceof AppError && error.code === 'no-room')) throw error;
      around.log.warn(body.id, 'it cannot go on from where its image had come up, so it boots', { error });
      await this.letGo();
      body.console.show(new Uint8Array(0));
      await around.quickStarts.giveUp(imageOf(body), quick.booted);
      return false;
    } finally {
      pin.dispose();
    }
  }

  async #goOnFrom(
    attempt: number,
    doing: string,
    { booted, scrollback }: QuickStart,
    { plan, disks }: { plan: LaunchPlan; disks: MachineDefinition['disks'] },
  ): Promise<void> {
    const body = this.#body;
    const { around, documents } = body;
    const start: RunStart = { kind: 'restore', memory: around.layers.memoryPath(booted.memory) };
    const run = around.runner.launch({ ...plan.spec, start });
    body.console.show(scrollback);
    const live = this.adopt(run, plan.leases);
    await documents.runs();
    await run.started;
    body.check(attempt, doing);
    await documents.change((now) => ({ ...now, disks, awaitsImageDisk: false, newIdentity: true }));
    await this.goOn(attempt, doing, live, true, () => {
      // What asks for input asked with the name of another machine. Who types already has seen that.
      if (!body.console.wasTyped) void body.console.write(ENTER);
    });
    body.happen('launched');
    this.follow(attempt, live);
  }

  /** The next machine of this image need not boot. */
  #tellBooted(live: LiveRun, definition: MachineDefinition): void {
    const told = live.agent.onStateChange((state) => {
      if (state !== 'ready') return;
      told.dispose();
      const { processors, memoryBytes } = definition;
      this.#body.around.quickStarts.bootedOne(imageOf(this.#body), { processors, memoryBytes });
    });
  }

  async #powerUp(attempt: number, doing: string, plan: LaunchPlan): Promise<void> {
    const body = this.#body;
    const isPlain = isNothingButImage(body.definition, body.documents.record);
    // Before it runs, so that a death of Innkeeper's from here on is told as what it was.
    await body.documents.runs();
    if (attempt !== body.attempt) letGoOf(plan);
    body.check(attempt, doing);
    const { resume } = body.definition;
    const start: RunStart = resume
      ? { kind: 'restore', memory: body.around.layers.memoryPath(resume.memory) }
      : { kind: 'power-on' };
    const live = this.adopt(body.around.runner.launch({ ...plan.spec, start }), plan.leases);
    await live.run.started;
    body.check(attempt, doing);
    if (resume) {
      body.console.note('The machine is resumed');
      await this.goOn(attempt, doing, live, resume.renewed);
    } else {
      if (body.terminal) live.run.resize(body.terminal);
      if (body.definition.newIdentity) this.#wakeUp(live, true);
      if (isPlain) this.#tellBooted(live, body.definition);
    }
    body.happen('launched');
    this.follow(attempt, live);
  }

  async #launchFailed(doing: string, error: unknown): Promise<void> {
    const body = this.#body;
    body.begin();
    await this.letGo();
    body.failure = toFailure(error, doing);
    body.around.log.warn(body.id, `failed to start: ${body.failure.because}`, { code: body.failure.code, error });
    if (body.definition.resume) await keepDisks(body);
    const written = body.documents.runsNot();
    body.happen(body.definition.resume ? 'resume-failed' : 'launch-failed');
    await written;
  }

  /** @param renewed its guest takes itself for another machine's; @param then called once it knows who it is */
  #wakeUp(live: LiveRun, renewed: boolean, then: () => void = () => undefined): void {
    const body = this.#body;
    const asks = renewed || body.definition.newIdentity;
    live.wakeUp(asks ? this.#newIdentity() : null);
    if (!asks) return;
    const done = (now: MachineDefinition): MachineDefinition =>
      now.newIdentity ? { ...now, newIdentity: false } : now;
    live.onRenewed(() => {
      void body.documents.change(done).catch(() => undefined);
      then();
    });
  }

  #newIdentity(): Identity {
    const { random } = this.#body.around;
    return { hostName: this.#body.name, machineId: randomHex(random, 16), seed: randomHex(random, 64) };
  }

  async #ended(attempt: number, end: RunEnd): Promise<void> {
    const body = this.#body;
    if (attempt !== body.attempt) return;
    body.begin();
    await this.letGo();
    if (end.kind === 'failed') {
      body.console.note(`The machine failed: ${end.cause}`);
      return this.#finish('failed', end.cause);
    }
    if (this.#startsAgainAfter(end)) {
      body.restartWhenOff = false;
      body.happen('reset');
      return this.#inTurn().catch(() => undefined);
    }
    body.console.note('The machine is off');
    return this.#finish('powered-off', null);
  }

  async #finish(happening: 'failed' | 'powered-off', cause: string | null): Promise<void> {
    // Who hears of the new state is to see how it came about at the same time.
    const written = this.#body.documents.ended(happening, cause);
    this.#body.happen(happening);
    await written;
  }

  /** A guest that was asked to power off stays off, also if it resets instead. */
  #startsAgainAfter(end: RunEnd): boolean {
    return this.#body.restartWhenOff || (end.kind === 'reset' && this.#body.state !== 'stopping');
  }

  async #powerDown(): Promise<void> {
    const body = this.#body;
    body.begin();
    body.restartWhenOff = false;
    body.letGoOfKept();
    await this.letGo();
    await asPartOf(`kill machine ${body.name}`, body.documents.change(withoutState)).catch((error: unknown) =>
      body.around.log.warn(body.id, 'what was saved of it could not be given up', { error }),
    );
    body.console.note('The machine was killed');
  }
}

function imageOf({ definition: { source } }: MachineBody): string {
  return source.kind === 'image' ? source.image : '';
}

function imageMissing(doing: string, image: string): AppError {
  const hint = `Bring the image back: inn image pull ${image}.`;
  return new AppError({ code: 'not-found', doing, because: `its image ${image} is not here`, hint });
}

function randomHex(random: Random, byteCount: number): string {
  const bytes = new Uint8Array(byteCount);
  random(bytes);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function letGoOf(plan: LaunchPlan | null): void {
  for (const lease of plan?.leases ?? []) lease.dispose();
}
