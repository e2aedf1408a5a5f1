import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { AppError, asPartOf } from '../base/errors.ts';
import type { MachineStats, MachineView } from '../contract/machines.ts';
import type { GuestShare } from '../host/host-model.ts';
import { MachineBin } from './bin.ts';
import { planMachine } from './creation.ts';
import type { CreateRequest } from './creation.ts';
import { damagedName, refuseDamaged, viewOfDamaged } from './damaged.ts';
import { afterRequest } from './life-cycle.ts';
import { Machine } from './machine.ts';
import type { DamagedMachine } from './machine-store.ts';
import { recover } from './run-record.ts';
import type { Surroundings } from './surroundings.ts';

/** So often the machines are looked at: whether they are stuck, and what they use, for whoever asks once. */
const WATCH_MS = 2000;
/** How long guests have to power off when the service ends. */
const FAREWELL_MS = 5000;
const RUNNING = new Set(['starting', 'running', 'paused', 'stopping', 'suspending']);

/** All machines of a data directory. */
export class Hypervisor {
  readonly #around: Surroundings;
  readonly #machines = new Map<string, Machine>();
  readonly #damaged = new Map<string, DamagedMachine>();
  readonly #bin: MachineBin;
  readonly #changed = new Emitter<MachineView>();
  readonly #removed = new Emitter<string>();
  /** Names, in lower case, of machines that are just being made, renamed or brought back. */
  readonly #claimed = new Set<string>();
  #watchdog: Disposable | undefined;
  #closing = false;

  constructor(around: Surroundings) {
    this.#around = around;
    const { store, clock, log } = around;
    this.#bin = new MachineBin(
      store,
      clock,
      (id) => log.forget(id),
      (id, error) => log.warn(id, 'a removed machine could not be deleted', { error }),
    );
  }

  /** Reads the machines from disk. Once, before anything else. @throws AppError when the disk cannot be read */
  async open(): Promise<void> {
    const { store, clock, log } = this.#around;
    const { machines, damaged, bin } = await store.open();
    for (const { definition, record, suspended } of machines) {
      const recovered = recover(record, clock.now(), suspended);
      const tell = (changed: Machine): void => this.#tell(changed);
      const machine = this.#adopt(new Machine(definition, recovered, this.#around, tell, suspended));
      await machine.measureDisks();
      if (recovered !== record) await store.writeRecord(definition.id, recovered).catch(() => undefined);
    }
    for (const each of damaged) {
      this.#damaged.set(each.id, each);
      log.warn(each.id, `its definition cannot be used: ${each.problem.because}`, { path: each.path });
    }
    this.#bin.adopt(bin);
    this.#watch();
  }

  onChanged(listener: (view: MachineView) => void): Disposable {
    return this.#changed.on(listener);
  }

  onRemoved(listener: (id: string) => void): Disposable {
    return this.#removed.on(listener);
  }

  /** Sorted by name. */
  list(): MachineView[] {
    const views = [...[...this.#machines.values()].map((machine) => machine.view()), ...this.#damagedViews()];
    return views.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @param reference name, in any case, or id @throws AppError 'not-found' */
  inspect(reference: string): MachineView {
    const damaged = this.#findDamaged(reference);
    return damaged ? viewOfDamaged(damaged) : this.get(reference, 'inspect').view();
  }

  /** @param verb for the failure: "start" @throws AppError 'not-found', or why it cannot be used */
  get(reference: string, verb: string): Machine {
    const machine = this.#named(reference) ?? this.#machines.get(reference);
    if (machine) return machine;
    const doing = `${verb} machine ${reference}`;
    const damaged = this.#findDamaged(reference);
    if (damaged) throw refuseDamaged(doing, damaged);
    const because = 'there is no such machine';
    throw new AppError({ code: 'not-found', doing, because, data: { machine: reference } });
  }

  /**
   * Makes a machine; when this resolves it is safely on disk. With `start` it goes on to start, and why it did
   * not is then in its view.
   * @throws AppError, having left nothing behind
   */
  async create(request: CreateRequest): Promise<MachineView> {
    const doing = `create machine ${request.name}`;
    const machine = await this.#claim(request.name, doing, async () => {
      const { definition, newFiles } = await planMachine(request, this.#newId(), this.#around);
      await asPartOf(doing, this.#around.store.create(definition, newFiles));
      const record = { version: 1, runningSince: null, lastEnd: null } as const;
      return this.#adopt(new Machine(definition, record, this.#around, (changed) => this.#tell(changed)));
    });
    this.#around.log.info(machine.id, `created as ${machine.name}`);
    this.#tell(machine);
    if (request.start) machine.start().catch(() => undefined);
    else await machine.prepare();
    await machine.measureDisks();
    return machine.view();
  }

  async rename(reference: string, name: string): Promise<MachineView> {
    const machine = this.get(reference, 'rename');
    const doing = `rename machine ${machine.name} to ${name}`;
    const sameName = machine.name.toLowerCase() === name.toLowerCase();
    if (sameName) await asPartOf(doing, machine.rename(name));
    else await this.#claim(name, doing, () => asPartOf(doing, machine.rename(name)));
    return machine.view();
  }

  /** Moves a stopped machine to the bin, or with `purge` deletes it for good. @throws AppError */
  async remove(reference: string, purge: boolean): Promise<{ id: string }> {
    const damaged = this.#findDamaged(reference);
    const id = damaged ? damaged.id : this.#removable(reference).id;
    const machine = this.#machines.get(id);
    // From here on nobody finds it any more, so nobody starts it while it goes.
    this.#machines.delete(id);
    this.#damaged.delete(id);
    try {
      await machine?.settled();
      await asPartOf(`delete machine ${reference}`, this.#bin.put(id));
    } catch (error) {
      if (machine) this.#machines.set(id, machine);
      if (damaged) this.#damaged.set(id, damaged);
      throw error;
    }
    this.#around.log.info(id, 'removed');
    this.#removed.fire(id);
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
      if ('problem' in found) return this.#showDamaged(found);
      const { definition, record, suspended } = found;
      const taken = this.#named(definition.name);
      // It is back in any case: a machine is worth more than its name.
      const unique = taken ? { ...definition, name: this.#freeName(definition.name) } : definition;
      if (taken) await this.#around.store.update(unique);
      const tell = (changed: Machine): void => this.#tell(changed);
      const machine = this.#adopt(new Machine(unique, record, this.#around, tell, suspended));
      this.#tell(machine);
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

  /** Names of the machines that are made from an image. */
  usersOf(image: string): string[] {
    const users = [...this.#machines.values()].filter(
      ({ definition: { source } }) => source.kind === 'image' && source.image === image,
    );
    return users.map(({ name }) => name).sort();
  }

  get runningCount(): number {
    return [...this.#machines.values()].filter(({ state }) => RUNNING.has(state)).length;
  }

  /** Measures all that run. */
  sample(): { id: string; stats: MachineStats }[] {
    return [...this.#machines.values()].flatMap((machine) => {
      const stats = machine.sample();
      return stats ? [{ id: machine.id, stats }] : [];
    });
  }

  /** What each machine was promised and uses, as measured last. */
  shares(): Promise<GuestShare[]> {
    return Promise.resolve([...this.#machines.values()].map((machine) => this.#share(machine)));
  }

  /**
   * Suspends all that run. Those that power off anyway are waited for by `close`.
   * @returns names of those that are suspended now
   * @throws AppError that names each that could not be, and why; it goes on
   */
  async suspendAll(doing: string): Promise<string[]> {
    const machines = [...this.#machines.values()].filter(({ state }) => RUNNING.has(state) && state !== 'stopping');
    const outcomes = await Promise.allSettled(machines.map((machine) => machine.suspend()));
    const failures = outcomes.flatMap((outcome, index) => {
      if (outcome.status === 'fulfilled') return [];
      const because = outcome.reason instanceof AppError ? outcome.reason.because : String(outcome.reason);
      return [`${machines[index]?.name ?? ''} cannot be suspended: ${because}`];
    });
    if (failures.length === 0) return machines.map(({ name }) => name).sort();
    const hint = 'Wait or stop it, or use --force, which powers off all that run.';
    throw new AppError({ code: 'wrong-state', doing, because: failures.join('; '), hint });
  }

  /** Asks all guests to power off, waits a little, and takes the power from those that have not. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#watchdog?.dispose();
    this.#bin.dispose();
    const machines = [...this.#machines.values()];
    await Promise.all(machines.map((machine) => this.#farewell(machine)));
    await Promise.all(machines.map((machine) => machine.settled()));
  }

  #share(machine: Machine): GuestShare {
    const { id, name, processors, memoryBytes, stats, disks } = machine.view();
    return {
      guest: id,
      guestName: name,
      running: RUNNING.has(machine.state),
      processors: { promised: processors, used: stats?.processorUsed ?? 0 },
      memoryBytes: { promised: memoryBytes, used: stats?.memoryUsedBytes ?? 0 },
      diskBytes: {
        promised: disks.reduce((sum, disk) => sum + (disk.sizeBytes ?? 0), 0),
        used: disks.reduce((sum, disk) => sum + (disk.usedBytes ?? 0), 0),
      },
    };
  }

  async #farewell(machine: Machine): Promise<void> {
    if (machine.state === 'running' && machine.live?.agent.state === 'ready') {
      machine.stop(FAREWELL_MS);
      await this.#untilStopped(machine);
    }
    if (RUNNING.has(machine.state) || machine.state === 'preparing') await machine.kill();
  }

  #untilStopped(machine: Machine): Promise<void> {
    return new Promise((resolve) => {
      const listener = this.#changed.on((view) => {
        if (view.id !== machine.id || (view.state === 'stopping' && !view.stopOverdue)) return;
        listener.dispose();
        resolve();
      });
    });
  }

  #adopt(machine: Machine): Machine {
    this.#machines.set(machine.id, machine);
    return machine;
  }

  #tell(machine: Machine): void {
    if (this.#machines.get(machine.id) === machine) this.#changed.fire(machine.view());
  }

  #showDamaged(found: DamagedMachine): MachineView {
    this.#damaged.set(found.id, found);
    const view = viewOfDamaged(found);
    this.#changed.fire(view);
    return view;
  }

  #removable(reference: string): Machine {
    const machine = this.get(reference, 'remove');
    afterRequest(machine.state, 'remove', machine.name);
    return machine;
  }

  #named(name: string): Machine | undefined {
    const wanted = name.toLowerCase();
    return [...this.#machines.values()].find((machine) => machine.name.toLowerCase() === wanted);
  }

  #damagedViews(): MachineView[] {
    return [...this.#damaged.values()].map(viewOfDamaged);
  }

  #findDamaged(reference: string): DamagedMachine | undefined {
    return [...this.#damaged.values()].find(({ id }) => id === reference || damagedName(id) === reference);
  }

  /** Holds a name while `work` makes it somebody's. @throws AppError 'already-exists' */
  async #claim<T>(name: string, doing: string, work: () => Promise<T>): Promise<T> {
    const key = name.toLowerCase();
    if (this.#closing) throw new AppError({ code: 'unavailable', doing, because: 'Innkeeper is just ending' });
    if (this.#claimed.has(key) || this.#named(name)) {
      const because = `there is already a machine ${name}`;
      throw new AppError({ code: 'already-exists', doing, because, hint: 'Choose another name.', data: { name } });
    }
    this.#claimed.add(key);
    try {
      return await work();
    } finally {
      this.#claimed.delete(key);
    }
  }

  #freeName(name: string): string {
    for (let n = 2; ; n++) {
      const candidate = `${name.slice(0, 58)}-${n}`;
      if (!this.#named(candidate) && !this.#claimed.has(candidate.toLowerCase())) return candidate;
    }
  }

  #newId(): string {
    const bytes = new Uint8Array(8);
    this.#around.random(bytes);
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  #watch(): void {
    if (this.#closing) return;
    for (const machine of this.#machines.values()) {
      machine.watch();
      machine.sample();
    }
    this.#watchdog = this.#around.clock.after(WATCH_MS, () => this.#watch());
  }
}
