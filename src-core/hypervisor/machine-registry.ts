import { AppError } from '../base/errors.ts';
import type { MachineView } from '../contract/machines.ts';
import { damagedName, refuseDamaged, viewOfDamaged } from './store/damaged.ts';
import type { Machine } from './life/machine.ts';
import type { DamagedMachine } from './store/machine-store.ts';

/** The machines of a data directory by id and by name, in any case. No two ever have the same name. */
export class MachineRegistry {
  readonly #machines = new Map<string, Machine>();
  readonly #damaged = new Map<string, DamagedMachine>();
  /** Names, in lower case, of machines that are just being made, renamed or brought back. */
  readonly #claimed = new Set<string>();
  /** No more names are given away: Innkeeper is ending. */
  closing = false;

  get machines(): readonly Machine[] {
    return [...this.#machines.values()];
  }

  has(machine: Machine): boolean {
    return this.#machines.get(machine.id) === machine;
  }

  add(machine: Machine): Machine {
    this.#machines.set(machine.id, machine);
    return machine;
  }

  addDamaged(found: DamagedMachine): MachineView {
    this.#damaged.set(found.id, found);
    return viewOfDamaged(found);
  }

  /** @returns what brings it back */
  take(id: string): () => void {
    const machine = this.#machines.get(id);
    const damaged = this.#damaged.get(id);
    this.#machines.delete(id);
    this.#damaged.delete(id);
    return () => {
      if (machine) this.#machines.set(id, machine);
      if (damaged) this.#damaged.set(id, damaged);
    };
  }

  /** Sorted by name. */
  list(): MachineView[] {
    const views = [
      ...this.machines.map((machine) => machine.view()),
      ...[...this.#damaged.values()].map(viewOfDamaged),
    ];
    return views.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @param reference name, in any case, or id @throws AppError 'not-found' */
  inspect(reference: string): MachineView {
    const damaged = this.findDamaged(reference);
    return damaged ? viewOfDamaged(damaged) : this.get(reference, 'inspect').view();
  }

  /** @param verb for the failure: "start" @throws AppError 'not-found', or why it cannot be used */
  get(reference: string, verb: string): Machine {
    const machine = this.named(reference) ?? this.#machines.get(reference);
    if (machine) return machine;
    const doing = `${verb} machine ${reference}`;
    const damaged = this.findDamaged(reference);
    if (damaged) throw refuseDamaged(doing, damaged);
    const because = 'there is no such machine';
    throw new AppError({ code: 'not-found', doing, because, data: { machine: reference } });
  }

  named(name: string): Machine | undefined {
    const wanted = name.toLowerCase();
    return this.machines.find((machine) => machine.name.toLowerCase() === wanted);
  }

  findDamaged(reference: string): DamagedMachine | undefined {
    return [...this.#damaged.values()].find(({ id }) => id === reference || damagedName(id) === reference);
  }

  /** Holds a name while `work` makes it somebody's. @throws AppError 'already-exists' */
  async claim<T>(name: string, doing: string, work: () => Promise<T>): Promise<T> {
    const key = name.toLowerCase();
    if (this.closing) throw new AppError({ code: 'unavailable', doing, because: 'Innkeeper is just ending' });
    if (this.#claimed.has(key) || this.named(name)) {
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

  freeName(name: string, first = 2): string {
    for (let n = first; ; n++) {
      const candidate = `${name.slice(0, 58)}-${n}`;
      if (!this.named(candidate) && !this.#claimed.has(candidate.toLowerCase())) return candidate;
    }
  }
}
