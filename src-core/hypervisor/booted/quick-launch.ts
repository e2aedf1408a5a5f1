import { AppError } from '../../base/errors.ts';
import { goOn } from '../life/awakening.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { imageOf } from '../store/definition.ts';
import { letGoOf, planLaunch } from '../life/launch-plan.ts';
import type { LaunchPlan } from '../life/launch-plan.ts';
import { layersOf } from '../layers/layer-owners.ts';
import { coverDisks } from '../layers/tops.ts';
import type { LiveRun } from '../life/live-run.ts';
import type { MachineBody } from '../life/machine-body.ts';
import type { MachineRun, RunStart } from '../runner.ts';
import type { QuickStart } from '../surroundings.ts';

const ENTER = Uint8Array.of(0x0d);

/** What gives and takes a machine's power. */
interface Power {
  adopt(run: MachineRun, leases: LaunchPlan['leases']): LiveRun;
  follow(attempt: number, live: LiveRun): void;
  letGo(): Promise<void>;
}

/** Starts a machine that is nothing but its image from where another such had come up. */
export class QuickLaunch {
  readonly #body: MachineBody;
  readonly #power: Power;

  constructor(body: MachineBody, power: Power) {
    this.#body = body;
    this.#power = power;
  }

  /** Goes on from where another machine of its image had come up. @returns false when there is none, or it is of no use */
  async tryIt(attempt: number, doing: string): Promise<boolean> {
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
      await this.#power.letGo();
      body.console.show(new Uint8Array(0));
      // It is still nothing but its image.
      await documents.runsNot();
      await around.quickStarts.giveUp(imageOf(definition), quick.booted);
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
    const live = this.#power.adopt(run, plan.leases);
    await documents.runs();
    await run.started;
    body.check(attempt, doing);
    await documents.change((now) => ({ ...now, disks, awaitsImageDisk: false, newIdentity: true }));
    // What asks for input asked with the name of another machine. Who types already has seen that.
    const then = (): void => {
      if (!body.console.wasTyped) void body.console.write(ENTER);
    };
    await goOn(body, { attempt, doing, live, renewed: true, then });
    body.happen('launched');
    this.#power.follow(attempt, live);
  }

  /** The next machine of this image need not boot. */
  tellBooted(live: LiveRun): void {
    const { definition, around } = this.#body;
    const told = live.agent.onStateChange((state) => {
      if (state !== 'ready') return;
      told.dispose();
      const { processors, memoryBytes } = definition;
      around.quickStarts.bootedOne(imageOf(definition), { processors, memoryBytes });
    });
  }
}
