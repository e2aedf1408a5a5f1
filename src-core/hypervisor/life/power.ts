import type { Disposable } from '../../base/disposable.ts';
import { AppError, asPartOf } from '../../base/errors.ts';
import { toFailure } from '../../contract/failures.ts';
import { goOn, wakeUp } from './awakening.ts';
import { isNothingButImage } from '../booted/booted-snapshot.ts';
import { QuickLaunch } from '../booted/quick-launch.ts';
import { imageOf, withoutState, withPromisedMemory } from '../store/definition.ts';
import { takeImageDisk } from '../machine-disks/image-disk.ts';
import { ImageWaiting } from './image-waiting.ts';
import { keepDisks } from '../machine-disks/kept-disks.ts';
import { letGoOf, planLaunch } from './launch-plan.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { afterRequest } from './life-cycle.ts';
import { LiveRun } from './live-run.ts';
import type { MachineBody } from './machine-body.ts';
import type { MachineRun, RunEnd, RunStart } from '../runner.ts';

/** Gives a machine its power and takes it. */
export class Power {
  readonly waiting: ImageWaiting;
  readonly #body: MachineBody;
  readonly #quickLaunch: QuickLaunch;
  readonly #offAgain: () => void;

  /** @param offAgain called after each end of a run */
  constructor(body: MachineBody, offAgain: () => void) {
    this.#body = body;
    this.#offAgain = offAgain;
    this.#quickLaunch = new QuickLaunch(body, this);
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
    body.connections.begin(body.run);
    return body.run;
  }

  /** A copy of another machine's run goes on as this machine, which is new and noted as running. @throws AppError */
  async takeOver(run: MachineRun, plan: LaunchPlan, doing: string): Promise<void> {
    const body = this.#body;
    await body.turns.take(async () => {
      body.request('start');
      const attempt = body.begin();
      const live = this.adopt(run, plan.leases);
      try {
        await goOn(body, { attempt, doing, live, renewed: true });
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
    this.#body.connections.end();
    await run.end();
    if (this.#body.run === run) this.#body.run = null;
    this.#body.stats = null;
    // What only its run kept can go, and what it had open can be folded.
    this.#body.around.layers.sweepSoon();
    this.#offAgain();
  }

  /** Unless it was killed while it waited for its turn. */
  #inTurn(): Promise<void> {
    return this.#body.turns.take(() => (this.#body.state === 'starting' ? this.#launch() : Promise.resolve()));
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
      if (await this.#quickLaunch.tryIt(attempt, doing)) return;
      const plan = await planLaunch(body.definition, doing, body.around);
      if (attempt !== body.attempt) letGoOf(plan);
      body.check(attempt, doing);
      if (plan === null && body.definition.resume) throw imageMissing(doing, imageOf(body.definition));
      if (plan === null) this.waiting.begin(imageOf(body.definition), true);
      else await this.#powerUp(attempt, doing, plan);
    } catch (error) {
      if (attempt === body.attempt) await this.#launchFailed(doing, error);
      throw error;
    }
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
      await goOn(body, { attempt, doing, live, renewed: resume.renewed });
    } else {
      if (body.terminal) live.run.resize(body.terminal);
      if (body.definition.newIdentity) wakeUp(body, live, true);
      void body.connections.putIn();
      if (isPlain) this.#quickLaunch.tellBooted(live);
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

function imageMissing(doing: string, image: string): AppError {
  const hint = `Bring the image back: inn image pull ${image}.`;
  return new AppError({ code: 'not-found', doing, because: `its image ${image} is not here`, hint });
}
