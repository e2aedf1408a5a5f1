import { cardsOfCopy, cardsPutBack } from '../connections/cards.ts';
import type { Disposable } from '../../base/disposable.ts';
import { AppError } from '../../base/errors.ts';
import { admitDefinition } from '../../host/admission.ts';
import { DEFINITION_VERSION } from '../store/definition.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { inspectDisk } from '../machine-disks/disk-image.ts';
import { planLaunch } from '../life/launch-plan.ts';
import type { LaunchPlan } from '../life/launch-plan.ts';
import { layersOf } from '../layers/layer-owners.ts';
import type { Pin } from '../layers/layer-pool.ts';
import { coverDisks, foreignDisks } from '../layers/tops.ts';
import type { Machine } from '../life/machine.ts';
import { locateDisks, ownDisk } from '../machine-disks/machine-disks.ts';
import type { MachineRun } from '../runner.ts';
import { NEVER_RUN } from '../store/run-record.ts';
import type { RunRecord } from '../store/run-record.ts';
import type { Hardware } from './snapshot.ts';
import type { Surroundings } from '../surroundings.ts';

type Disk = MachineDefinition['disks'][number];

export interface CloneRequest {
  readonly name: string;
  /** Name or id of a snapshot; the machine as it is when it is left out. */
  readonly snapshot?: string | undefined;
  readonly full: boolean;
}

/** What a new machine is made of. */
interface Origin {
  readonly hardware: Hardware;
  readonly memory: string | null;
  readonly scrollback: Uint8Array;
}

/** A machine that is on disk, and what its console is to show. */
export interface Copied {
  readonly definition: MachineDefinition;
  readonly scrollback: Uint8Array;
}

/** A machine that is on disk, as one that runs, and its run, which stands still. */
export interface Forked extends Copied {
  readonly record: RunRecord;
  readonly run: MachineRun;
  readonly plan: LaunchPlan;
}

/** Makes machines of machines. Names are the caller's affair. */
export class Clones {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** @throws AppError, having left nothing behind */
  clone(source: Machine, { name, snapshot, full }: CloneRequest): Promise<Copied> {
    const doing = `clone machine ${source.name} to ${name}`;
    return this.#pinned(async (pin) => {
      const origin = await this.#origin(source, snapshot, doing, pin);
      const { hardware, memory, scrollback } = origin;
      admitDefinition({ doing, ...hardware }, this.#around.host.meter.facts);
      if (!full) mustBeShareable(hardware.disks, doing);
      const disks = full
        ? await this.#copies(source, name, hardware.disks, doing, pin)
        : (await coverDisks(hardware.disks, doing, this.#around, pin)).disks;
      const resume = memory === null ? null : { memory, renewed: true };
      const now = source.definition.cards;
      const cards = memory === null ? now : cardsPutBack(hardware.cards, now);
      const definition = this.#definition(source.definition, { ...hardware, cards, disks, name, resume }, doing);
      await this.#around.store.create(definition, scrollback);
      return { definition, scrollback };
    });
  }

  /**
   * A second machine out of a running one, which goes on as soon as the copy is there.
   * @param take given the copy before it is let go of @throws AppError, having left nothing behind; the source goes on
   */
  fork(source: Machine, name: string, take: (forked: Forked) => Promise<void>): Promise<void> {
    const doing = `fork machine ${source.name} to ${name}`;
    return this.#pinned(async (pin) => {
      mustBeShareable(source.definition.disks, doing);
      await source.inItsTurn('fork', async () => {
        const { disks } = await coverDisks(source.definition.disks, doing, this.#around, pin);
        const definition = this.#definition(source.definition, { name, disks, resume: null }, doing);
        const plan = await this.#plan(definition, doing);
        try {
          await this.#fork(source, { definition, plan, doing, pin }, take);
        } catch (error) {
          dispose(plan.leases);
          throw error;
        }
      });
    });
  }

  async #fork(
    source: Machine,
    { definition, plan, doing, pin }: { definition: MachineDefinition; plan: LaunchPlan; doing: string; pin: Pin },
    take: (forked: Forked) => Promise<void>,
  ): Promise<void> {
    let run: MachineRun | undefined;
    let created: Promise<void> | undefined;
    const record = { ...NEVER_RUN, runningSince: this.#around.clock.now() };
    try {
      const scrollback = await source.atOneMoment({ doing, pin, memory: false }, async ({ live }) => {
        if (!live) throw new AppError({ code: 'wrong-state', doing, because: 'it has just ended' });
        const shown = source.console.record();
        run = this.#around.runner.launch({ ...plan.spec, start: { kind: 'fork', of: live.run } });
        // Meanwhile: the copy takes its time too.
        created = this.#around.store.create(definition, shown, undefined, record);
        await run.started;
        return shown;
      });
      await created;
      if (run) await take({ definition, record, plan, run, scrollback });
    } catch (error) {
      await run?.terminate();
      const isThere = await created?.then(
        () => true,
        () => false,
      );
      if (isThere === true) await this.#around.store.remove(definition.id).catch(() => undefined);
      throw error;
    }
  }

  async #origin(source: Machine, reference: string | undefined, doing: string, pin: Pin): Promise<Origin> {
    if (reference === undefined) {
      return source.inItsTurn('clone', () =>
        source.atOneMoment({ doing, pin, memory: false }, ({ hardware, memory }) => {
          keep(hardware, memory, pin);
          return Promise.resolve({ hardware, memory, scrollback: memory === null ? NOTHING : source.console.record() });
        }),
      );
    }
    const snapshot = source.snapshots.get(reference, doing);
    const { hardware, memory } = snapshot;
    // From here on it may be deleted.
    keep(hardware, memory, pin);
    return { hardware, memory, scrollback: memory === null ? NOTHING : await source.snapshots.console(snapshot) };
  }

  /** Each disk that is written, in a file of its own that stands alone. */
  async #copies(source: Machine, name: string, disks: readonly Disk[], doing: string, pin: Pin): Promise<Disk[]> {
    const copies = disks.map((disk) =>
      disk.readOnly && !disk.own ? disk : ownDisk(disk.slot, pin.add(this.#around.layers.newLayer())),
    );
    const located = locateDisks({ disks: [...disks] }, this.#around);
    const pairs = located.flatMap((from, index) => {
      const to = copies[index];
      return to?.own === true ? [{ from, to }] : [];
    });
    if (pairs.length === 0) return copies;
    await this.#around.tasks.run(`Copy the disks of ${source.name} to ${name}`, source.id, async (watch) => {
      for (const [index, { from, to }] of pairs.entries()) {
        const progress = (fraction: number): void => watch.progress((index + fraction) / pairs.length);
        await this.#copy(from, to, doing, source.name, { ...watch, progress });
      }
    });
    return copies;
  }

  async #copy(
    from: Disk,
    to: Disk,
    doing: string,
    holder: string,
    watch: Parameters<Surroundings['work']['copy']>[1],
  ): Promise<void> {
    const { files, disks, work, layers } = this.#around;
    const { identity } = await inspectDisk(files, doing, { ...from, readOnly: true });
    const layer = layers.layerOf(to.path) ?? '';
    // What somebody attached as a file may be another machine's too, which must not write to it now.
    const lease = from.own ? null : disks.acquire(doing, from.path, { identity, readOnly: true, holder });
    try {
      await work.copy({ from, to: { path: layers.diskPath(layer), format: 'qcow2' } }, watch);
    } finally {
      lease?.dispose();
    }
  }

  async #plan(definition: MachineDefinition, doing: string): Promise<LaunchPlan> {
    const plan = await planLaunch(definition, doing, this.#around);
    if (plan) return plan;
    throw new AppError({ code: 'not-found', doing, because: 'the image that it is made from is not here' });
  }

  #definition(source: MachineDefinition, change: Partial<MachineDefinition>, doing: string): MachineDefinition {
    const id = this.#around.layers.newLayer();
    const createdAt = this.#around.clock.now();
    const fresh = { version: DEFINITION_VERSION, id, createdAt, currentSnapshot: null, newIdentity: true } as const;
    const copy = { ...source, ...change };
    // Ports of this computer lead to one machine only.
    return { ...copy, ...fresh, cards: cardsOfCopy(copy.cards, this.#around.networks, doing), forwards: [] };
  }

  /** What is made stays pinned until a document names it; what came to nothing is swept. */
  async #pinned<T>(work: (pin: Pin) => Promise<T>): Promise<T> {
    const pin = this.#around.layers.pin();
    try {
      return await work(pin);
    } catch (error) {
      this.#around.layers.sweepSoon();
      throw error;
    } finally {
      pin.dispose();
    }
  }
}

const NOTHING = new Uint8Array(0);

function keep(hardware: Hardware, memory: string | null, pin: Pin): void {
  const { disks, memory: saved } = layersOf(hardware, memory);
  for (const layer of [...disks, ...saved]) pin.add(layer);
}

function mustBeShareable(disks: readonly Disk[], doing: string): void {
  const [path] = foreignDisks([...disks]);
  if (path === undefined) return;
  throw new AppError({
    code: 'not-supported',
    doing,
    because: `its disk ${path} is a file that Innkeeper did not make, and two machines cannot write to it`,
    hint: 'Make a full clone, which has a copy of the disk, or attach the disk as read-only.',
    data: { path },
  });
}

function dispose(leases: readonly Disposable[]): void {
  for (const lease of leases) lease.dispose();
}
