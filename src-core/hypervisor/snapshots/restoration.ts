import { AppError, asPartOf } from '../../base/errors.ts';
import { goOn } from '../life/awakening.ts';
import { cardsPutBack } from '../connections/cards.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { withoutState } from '../store/definition.ts';
import { keepDisks } from '../machine-disks/kept-disks.ts';
import { planLaunch } from '../life/launch-plan.ts';
import type { LaunchPlan } from '../life/launch-plan.ts';
import { coverDisks } from '../layers/tops.ts';
import type { Pin } from '../layers/layer-pool.ts';
import { afterRequest } from '../life/life-cycle.ts';
import type { MachineBody } from '../life/machine-body.ts';
import type { Power } from '../life/power.ts';
import type { MachineRun } from '../runner.ts';
import type { Hardware, Snapshot } from './snapshot.ts';

/** What a machine is to be once it is put back. */
interface Goal {
  readonly snapshot: Snapshot;
  readonly hardware: Hardware;
  readonly scrollback: Uint8Array;
  readonly doing: string;
}

/** A run that stands restored beside the one that there is. */
interface Candidate {
  readonly run: MachineRun;
  readonly plan: LaunchPlan;
}

/**
 * Puts a machine back to a snapshot. The one write of its definition decides: before it, all goes on as it was; after it, the
 * machine is what the snapshot says, also when Innkeeper ends at once.
 */
export class Restoration {
  readonly #body: MachineBody;
  readonly #power: Power;

  constructor(body: MachineBody, power: Power) {
    this.#body = body;
    this.#power = power;
  }

  /** @throws AppError; before the decision with nothing changed */
  restore(find: (doing: string) => Snapshot, reference: string, console: (of: Snapshot) => Promise<Uint8Array>) {
    return this.#body.turns.take(async () => {
      const body = this.#body;
      afterRequest(body.state, 'restore a snapshot of', body.name);
      const doing = `restore snapshot ${reference} of machine ${body.name}`;
      const snapshot = find(doing);
      const pin = body.around.layers.pin();
      try {
        await asPartOf(doing, this.#restore(snapshot, doing, await console(snapshot), pin));
        body.around.log.info(body.id, `snapshot ${snapshot.name} was restored`);
      } finally {
        pin.dispose();
        body.around.layers.sweepSoon();
      }
    });
  }

  async #restore(snapshot: Snapshot, doing: string, scrollback: Uint8Array, pin: Pin): Promise<void> {
    const { around, definition } = this.#body;
    const { disks } = await coverDisks(snapshot.hardware.disks, doing, around, pin);
    // What is in a memory knows the devices that were there: with it, shared folders and network cards go back too.
    const shares = snapshot.memory === null ? definition.shares : snapshot.hardware.shares;
    const then = snapshot.hardware.cards;
    const cards = snapshot.memory === null ? definition.cards : cardsPutBack(then, definition.cards);
    const goal = { snapshot, hardware: { ...snapshot.hardware, disks, shares, cards }, doing, scrollback };
    if (snapshot.memory === null) await this.#putBackOff(goal);
    else await this.#putBackLive(goal, snapshot.memory);
  }

  async #putBackOff({ snapshot, hardware, doing, scrollback }: Goal): Promise<void> {
    const body = this.#body;
    const { attempt } = body;
    await this.#decide({ ...hardware, resume: null, currentSnapshot: snapshot.id });
    body.check(attempt, doing);
    const after = body.begin();
    const wasOn = body.run !== null;
    body.letGoOfKept();
    await this.#power.letGo();
    body.check(after, doing);
    body.console.show(scrollback);
    body.console.note(`The machine is as in snapshot ${snapshot.name}, and off`);
    const written = wasOn ? body.documents.ended('killed', null) : undefined;
    body.happen('restored-off');
    await written;
  }

  async #putBackLive(goal: Goal, memory: string): Promise<void> {
    const body = this.#body;
    const { attempt } = body;
    const { snapshot, hardware, doing } = goal;
    const candidate = await this.#launch({ ...body.definition, ...hardware }, memory, doing);
    let after: number;
    try {
      body.check(attempt, doing);
      const { renewed } = snapshot;
      await this.#decide({ ...hardware, resume: { memory, renewed }, currentSnapshot: snapshot.id });
      // Who killed it meanwhile has not seen that it was to be suspended.
      if (attempt !== body.attempt) await body.documents.change(withoutState);
      body.check(attempt, doing);
      after = body.begin();
      body.letGoOfKept();
      await this.#power.letGo();
      body.check(after, doing);
    } catch (error) {
      await end(candidate);
      throw error;
    }
    await this.#takeOver(after, goal, candidate);
  }

  /** Everything about the snapshot is found right or wrong here, while the machine still is what it was. */
  async #launch(definition: MachineDefinition, memory: string, doing: string): Promise<Candidate> {
    const { around } = this.#body;
    const plan = await planLaunch(definition, doing, around).catch((error: unknown) => {
      throw this.#body.run ? withRoom(error) : error;
    });
    if (!plan) throw new AppError({ code: 'not-found', doing, because: 'the image that it is made from is not here' });
    const path = around.layers.memoryPath(memory);
    const run = around.runner.launch({ ...plan.spec, start: { kind: 'restore', memory: path } });
    try {
      await run.started;
      return { run, plan };
    } catch (error) {
      await end({ run, plan });
      throw error;
    }
  }

  async #takeOver(attempt: number, { snapshot, scrollback, doing }: Goal, { run, plan }: Candidate): Promise<void> {
    const body = this.#body;
    body.console.show(scrollback);
    const live = this.#power.adopt(run, plan.leases);
    try {
      await body.documents.runs();
      await goOn(body, { attempt, doing, live, renewed: snapshot.renewed });
      body.happen('restored');
      this.#power.follow(attempt, live);
    } catch (error) {
      if (attempt !== body.attempt) throw error;
      // It is what the snapshot says, but cannot go on now.
      body.begin();
      await this.#power.letGo();
      if (body.definition.resume) await keepDisks(body);
      await body.documents.runsNot();
      body.happen(body.definition.resume ? 'restored-suspended' : 'restored-off');
      throw error;
    }
  }

  #decide(change: Partial<MachineDefinition>): Promise<void> {
    return this.#body.documents.change((now) => ({ ...now, ...change }));
  }
}

async function end({ run, plan }: Candidate): Promise<void> {
  await run.terminate();
  for (const lease of plan.leases) lease.dispose();
}

/** For a moment both are there: the machine as it is, and as it is to be. */
function withRoom(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'no-room') return error;
  const { code, doing, because, data } = error;
  const hint = 'Suspend or kill the machine first: until it is put back it needs its memory twice.';
  return new AppError({ code, doing, because, hint, data, cause: error });
}
