import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { AppError, asPartOf } from '../base/errors.ts';
import type { MachineStats, MachineView } from '../contract/machines.ts';
import type { SnapshotView } from '../contract/snapshots.ts';
import type { GuestShare } from '../host/host-model.ts';
import { MachineBin } from './store/bin.ts';
import type { CloneRequest } from './snapshots/clones.ts';
import { BinnedCards } from './connections/binned-cards.ts';
import { NetworkFeed } from './connections/network-feed.ts';
import { BootedSnapshots } from './booted/booted-snapshots.ts';
import type { CreateRequest } from './life/creation.ts';
import type { MachineDefinition } from './store/definition.ts';
import { isOn, powerOffAll, suspendAll } from './farewell.ts';
import { promisedMemoryOf, promisedProcessors } from './hardware/promises.ts';
import { Folding } from './layers/folding.ts';
import type { LayerUser } from './layers/folding.ts';
import { sweepSeeds } from './configuration/configuration-seed.ts';
import { LayerOwnersOnDisk } from './layers/layer-owners.ts';
import type { Pin } from './layers/layer-pool.ts';
import { afterRequest } from './life/life-cycle.ts';
import { Machine } from './life/machine.ts';
import { Making } from './life/making.ts';
import { MachineRegistry } from './machine-registry.ts';
import { NEVER_RUN, recover } from './store/run-record.ts';
import type { RunRecord } from './store/run-record.ts';
import type { MachineSurroundings, Surroundings } from './surroundings.ts';

/** So often the machines are looked at: whether they are stuck, and what they use, for whoever asks once. */
const WATCH_MS = 2000;

/** All machines of a data directory. */
export class Hypervisor {
  readonly #around: MachineSurroundings;
  readonly #booted: BootedSnapshots;
  readonly #registry = new MachineRegistry();
  /** Networks, with the machines on them. */
  readonly networks: NetworkFeed;
  readonly #bin: MachineBin;
  readonly #binnedCards: BinnedCards;
  readonly #making: Making;
  readonly #changed = new Emitter<MachineView>();
  readonly #removed = new Emitter<string>();
  readonly #snapshotsChanged = new Emitter<{ machine: string; snapshots: SnapshotView[] }>();
  #watchdog: Disposable | undefined;

  constructor(around: Surroundings) {
    this.#booted = new BootedSnapshots(around);
    this.#around = { ...around, quickStarts: this.#booted };
    const { store, clock, log, layers } = around;
    this.networks = new NetworkFeed(around.networks, () => this.#registry.machines);
    this.#binnedCards = new BinnedCards(around.networks);
    this.#making = new Making(this.#around, this.#registry, {
      adopt: (definition, record = NEVER_RUN) => this.#adopt(definition, record),
      changed: (machine) => this.#tell(machine),
      snapshotsChanged: (machine) => void this.#tellSnapshots(machine),
    });
    this.#bin = new MachineBin(
      store,
      clock,
      (id) => {
        log.forget(id);
        this.#binnedCards.gone(id);
        layers.sweepSoon();
      },
      (id, error) => log.warn(id, 'a removed machine could not be deleted', { error }),
    );
  }

  /** Reads the machines from disk. Once, before anything else. @throws AppError when the disk cannot be read */
  async open(): Promise<void> {
    const { store, clock, log, layers } = this.#around;
    await layers.makeFolders();
    await this.#around.booted.sweep();
    const { machines, damaged, bin } = await store.open();
    for (const { definition, record } of machines) {
      const recovered = recover(record, clock.now(), definition.resume !== null);
      const machine = this.#adopt(definition, recovered);
      await machine.open();
      if (recovered !== record) await store.writeRecord(definition.id, recovered).catch(() => undefined);
    }
    for (const each of damaged) {
      this.#registry.addDamaged(each);
      log.warn(each.id, `its definition cannot be used: ${each.problem.because}`, { path: each.path });
    }
    this.#bin.adopt(bin);
    this.#binnedCards.adopt(await store.inBin());
    if (damaged.length === 0) this.#binnedCards.sweep(this.#registry.machines.map(({ definition }) => definition));
    await sweepSeeds(this.#around).catch((error: unknown) => log.warn('seeds', 'they could not be swept', { error }));
    const owners = new LayerOwnersOnDisk(this.#around);
    const folding = new Folding(layers, this.#around.work, owners, () => this.#layerUsers());
    layers.open(owners, () => {
      folding.fold().catch((error: unknown) => log.warn('', 'layers could not be folded', { error }));
    });
    layers.sweepSoon();
    this.#watch();
  }

  onChanged(listener: (view: MachineView) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#removed.on(listener);
  }

  /** All snapshots of a machine, after any of them changed. */
  onSnapshots(listener: (machine: string, snapshots: SnapshotView[]) => void): Disposable {
    return this.#snapshotsChanged.on(({ machine, snapshots }) => listener(machine, snapshots));
  }

  /** The snapshots of all machines. */
  snapshots(): Promise<{ machine: string; snapshots: SnapshotView[] }[]> {
    return Promise.all(
      this.#registry.machines.map(async (machine) => ({
        machine: machine.id,
        snapshots: await machine.snapshots.list(),
      })),
    );
  }

  /** Sorted by name. */
  list(): MachineView[] {
    return this.#registry.list();
  }

  /** @param reference name, in any case, or id @throws AppError 'not-found' */
  inspect(reference: string): MachineView {
    return this.#registry.inspect(reference);
  }

  /** @param verb for the failure: "start" @throws AppError 'not-found', or why it cannot be used */
  get(reference: string, verb: string): Machine {
    return refuseNode(this.find(reference, verb), verb);
  }

  /** The same, a node of the container engine too. @throws AppError */
  find(reference: string, verb: string): Machine {
    return this.#registry.get(reference, verb);
  }

  /** The machines that the container engine runs its containers on. */
  nodes(): Machine[] {
    return this.#registry.machines.filter(({ isNode }) => isNode);
  }

  /** Makes a machine for the container engine, under the first free of the names NAME-1, NAME-2, … @throws AppError */
  createNode(request: CreateRequest): Promise<MachineView> {
    const name = this.#registry.freeName(request.name, 1);
    return this.#making.create({ ...request, name }, 'node');
  }

  /** Deletes a node of the container engine for good. @throws AppError */
  async removeNode(id: string): Promise<void> {
    await this.#remove(id, true, this.find(id, 'remove'));
  }

  /**
   * Makes a machine; when this resolves it is safely on disk. With `start` it goes on to start, and why it did
   * not is then in its view.
   * @throws AppError, having left nothing behind
   */
  create(request: CreateRequest): Promise<MachineView> {
    return this.#making.create(request);
  }

  /** @throws AppError, having left nothing behind */
  clone(reference: string, request: CloneRequest): Promise<MachineView> {
    return this.#making.clone(this.get(reference, 'clone'), request);
  }

  /** @throws AppError, having left nothing behind */
  fork(reference: string, name: string): Promise<MachineView> {
    return this.#making.fork(this.get(reference, 'fork'), name);
  }

  /** See `Making.bring`. @throws AppError */
  bring(name: string, doing: string, bring: (pin: Pin) => Promise<MachineDefinition>): Promise<MachineView> {
    return this.#making.bring(name, doing, bring);
  }

  async rename(reference: string, name: string): Promise<MachineView> {
    const machine = this.get(reference, 'rename');
    const doing = `rename machine ${machine.name} to ${name}`;
    const sameName = machine.name.toLowerCase() === name.toLowerCase();
    if (sameName) await asPartOf(doing, machine.rename(name));
    else await this.#registry.claim(name, doing, () => asPartOf(doing, machine.rename(name)));
    return machine.view();
  }

  /** Moves a stopped machine to the bin, or with `purge` deletes it for good. @throws AppError */
  async remove(reference: string, purge: boolean): Promise<{ id: string }> {
    const damaged = this.#registry.findDamaged(reference);
    if (damaged) return this.#remove(damaged.id, purge, undefined);
    const machine = this.get(reference, 'remove');
    return this.#remove(machine.id, purge, machine);
  }

  async #remove(id: string, purge: boolean, machine: Machine | undefined): Promise<{ id: string }> {
    if (machine) afterRequest(machine.state, 'remove', machine.name);
    // From here on nobody finds it any more, so nobody starts it while it goes.
    const putBack = this.#registry.take(id);
    try {
      await machine?.settled();
      await asPartOf(`delete machine ${machine?.name ?? id}`, this.#bin.put(id));
    } catch (error) {
      putBack();
      throw error;
    }
    if (machine) this.#binnedCards.adopt([machine.definition]);
    this.#around.log.info(id, 'removed');
    this.#removed.fire(id);
    this.networks.lookSoon();
    if (purge) await this.#bin.purge(id);
    return { id };
  }

  /** Brings a removed machine back. @throws AppError 'not-found', 'already-exists' when its name was taken since */
  async restore(id: string): Promise<MachineView> {
    const doing = `restore machine ${id}`;
    if (!this.#bin.take(id)) {
      throw new AppError({ code: 'not-found', doing, because: 'it is not in the bin any more', data: { id } });
    }
    try {
      const found = await this.#around.store.restore(id);
      if ('problem' in found) {
        const view = this.#registry.addDamaged(found);
        this.#changed.fire(view);
        return view;
      }
      const { definition, record } = found;
      this.#binnedCards.taken(id);
      const taken = this.#registry.named(definition.name);
      // It is back in any case: a machine is worth more than its name.
      const unique = taken ? { ...definition, name: this.#registry.freeName(definition.name) } : definition;
      if (taken) await this.#around.store.update(unique);
      const machine = this.#adopt(unique, record);
      await machine.open();
      this.#tell(machine);
      void this.#tellSnapshots(machine);
      return machine.view();
    } catch (error) {
      this.#bin.putBack(id);
      throw error;
    }
  }

  /** Deletes a removed machine for good. What is not in the bin is fine: it may just have been emptied. */
  async purge(id: string): Promise<void> {
    if (this.#bin.has(id)) await this.#bin.purge(id);
  }

  /** Names of the machines that have a card on a network. */
  usersOfNetwork(id: string): string[] {
    const users = this.#registry.machines.filter(
      ({ definition, isNode }) => !isNode && definition.cards.some(({ network }) => network === id),
    );
    return users.map(({ name }) => name).sort();
  }

  /** Names of the machines that are made from an image. */
  usersOf(image: string): string[] {
    const users = this.#registry.machines.filter(
      ({ definition: { source } }) => source.kind === 'image' && source.image === image,
    );
    return users.map(({ name }) => name).sort();
  }

  /** Names of the machines in the bin that are made from an image. */
  async usersInBin(image: string): Promise<string[]> {
    const binned = await this.#around.store.inBin();
    return binned.flatMap(({ name, source }) => (source.kind === 'image' && source.image === image ? [name] : []));
  }

  /** What is kept of an image for quick starts has changed. */
  onQuickStart(listener: (image: string) => void): Disposable {
    return this.#booted.onChanged(listener);
  }

  /** What is kept of an image for quick starts, in bytes. */
  quickStartBytes(image: string): Promise<number> {
    return this.#booted.sizeOf(image);
  }

  /** Machines that run, without those of the container engine. */
  get runningCount(): number {
    return this.#registry.machines.filter((machine) => isOn(machine) && !machine.isNode).length;
  }

  /** Measures all that run. */
  sample(): { id: string; stats: MachineStats }[] {
    return this.#registry.machines.flatMap((machine) => {
      const stats = machine.sample();
      return stats ? [{ id: machine.id, stats }] : [];
    });
  }

  /** What each machine was promised and uses, as measured last. */
  shares(): Promise<GuestShare[]> {
    return Promise.resolve(this.#registry.machines.map(shareOf));
  }

  /** See `suspendAll` of the farewell. @throws AppError */
  suspendAll(doing: string): Promise<string[]> {
    return suspendAll(
      this.#registry.machines.filter(({ isNode }) => !isNode),
      doing,
    );
  }

  /** Asks all guests to power off, waits a little, and takes the power from those that have not. */
  async close(): Promise<void> {
    this.#registry.closing = true;
    this.#watchdog?.dispose();
    this.#bin.dispose();
    await this.#booted.close();
    await powerOffAll(this.#registry.machines, this.#changed);
    await this.#around.layers.close();
  }

  #layerUsers(): LayerUser[] {
    return this.#registry.machines.map((machine) => machine.layerUser);
  }

  #adopt(definition: MachineDefinition, record: RunRecord): Machine {
    const machine = new Machine(definition, record, this.#around, {
      changed: () => this.#tell(machine),
      snapshotsChanged: () => void this.#tellSnapshots(machine),
    });
    return this.#registry.add(machine);
  }

  async #tellSnapshots(machine: Machine): Promise<void> {
    try {
      const snapshots = await machine.snapshots.list();
      if (this.#registry.has(machine)) this.#snapshotsChanged.fire({ machine: machine.id, snapshots });
    } catch (error) {
      this.#around.log.warn(machine.id, 'its snapshots could not be told', { error });
    }
  }

  #tell(machine: Machine): void {
    if (!this.#registry.has(machine)) return;
    this.#changed.fire(machine.view());
    this.networks.lookSoon();
  }

  #watch(): void {
    if (this.#registry.closing) return;
    for (const machine of this.#registry.machines) {
      machine.watch();
      machine.sample();
    }
    this.#watchdog = this.#around.clock.after(WATCH_MS, () => this.#watch());
  }
}

function refuseNode(machine: Machine, verb: string): Machine {
  if (!machine.isNode) return machine;
  const because = 'it is a node of the container engine';
  const hint = 'Use its containers, or remove it as a node.';
  throw new AppError({ code: 'wrong-state', doing: `${verb} machine ${machine.name}`, because, hint });
}

function shareOf(machine: Machine): GuestShare {
  const view = machine.view();
  const { id, name, stats, disks } = view;
  return {
    guest: id,
    guestName: name,
    running: isOn(machine),
    processors: { promised: promisedProcessors(view), used: stats?.processorUsed ?? 0 },
    memoryBytes: { promised: promisedMemoryOf(view), used: stats?.memoryUsedBytes ?? 0 },
    diskBytes: {
      promised: disks.reduce((sum, disk) => sum + (disk.sizeBytes ?? 0), 0),
      used: disks.reduce((sum, disk) => sum + (disk.usedBytes ?? 0), 0),
    },
  };
}
