import { asPartOf, assert } from '../../base/errors.ts';
import type { MachineView } from '../../contract/machines.ts';
import { Clones } from '../snapshots/clones.ts';
import type { CloneRequest } from '../snapshots/clones.ts';
import { planMachine } from './creation.ts';
import type { CreateRequest } from './creation.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { RunRecord } from '../store/run-record.ts';
import type { Pin } from '../layers/layer-pool.ts';
import type { Machine } from './machine.ts';
import type { MachineRegistry } from '../machine-registry.ts';
import type { MachineSurroundings } from '../surroundings.ts';

/** Who takes up new machines, and tells of them. */
interface Hears {
  adopt(definition: MachineDefinition, record?: RunRecord): Machine;
  changed(machine: Machine): void;
  snapshotsChanged(machine: Machine): void;
}

/** All ways in which a machine comes to be: made, cloned, forked, brought from elsewhere. Its name is claimed first. */
export class Making {
  readonly #around: MachineSurroundings;
  readonly #registry: MachineRegistry;
  readonly #clones: Clones;
  readonly #hear: Hears;

  constructor(around: MachineSurroundings, registry: MachineRegistry, hear: Hears) {
    this.#around = around;
    this.#registry = registry;
    this.#clones = new Clones(around);
    this.#hear = hear;
  }

  /**
   * Makes a machine; when this resolves it is safely on disk. With `start` it goes on to start, and why it did
   * not is then in its view.
   * @throws AppError, having left nothing behind
   */
  async create(request: CreateRequest, purpose: MachineDefinition['purpose'] = 'machine'): Promise<MachineView> {
    const doing = `create machine ${request.name}`;
    const machine = await this.#registry.claim(request.name, doing, async () => {
      const pin = this.#around.layers.pin();
      try {
        const definition = await planMachine(request, this.#around.layers.newLayer(), this.#around, pin, purpose);
        await asPartOf(doing, this.#around.store.create(definition));
        return this.#hear.adopt(definition);
      } catch (error) {
        this.#around.layers.sweepSoon();
        throw error;
      } finally {
        pin.dispose();
      }
    });
    this.#around.log.info(machine.id, `created as ${machine.name}`);
    this.#hear.changed(machine);
    if (request.start) machine.start().catch(() => undefined);
    else await machine.prepare();
    await machine.measureDisks();
    return machine.view();
  }

  /** @throws AppError, having left nothing behind */
  async clone(source: Machine, request: CloneRequest): Promise<MachineView> {
    const doing = `clone machine ${source.name} to ${request.name}`;
    const machine = await this.#registry.claim(request.name, doing, async () => {
      const { definition } = await asPartOf(doing, this.#clones.clone(source, request));
      const clone = this.#hear.adopt(definition);
      await clone.open();
      return clone;
    });
    this.#around.log.info(machine.id, `cloned as ${machine.name} from ${source.name}`);
    this.#hear.changed(machine);
    return machine.view();
  }

  /** @throws AppError, having left nothing behind */
  async fork(source: Machine, name: string): Promise<MachineView> {
    const doing = `fork machine ${source.name} to ${name}`;
    const machine = await this.#registry.claim(name, doing, async () => {
      let fork: Machine | undefined;
      const forked = this.#clones.fork(source, name, async ({ definition, record, scrollback, run, plan }) => {
        fork = this.#hear.adopt(definition, record);
        fork.showAgain(scrollback);
        this.#around.log.info(fork.id, `forked as ${name} from ${source.name}`);
        await fork.takeOver(run, plan, doing).catch((error: unknown) => {
          this.#registry.take(definition.id);
          throw error;
        });
      });
      await asPartOf(doing, forked);
      return fork;
    });
    assert(machine, 'a fork that went well is there');
    void machine.measureDisks();
    this.#hear.changed(machine);
    return machine.view();
  }

  /**
   * Takes up a machine that comes from elsewhere.
   * @param bring puts it on disk; the pin keeps its layers until then @throws AppError as that does
   */
  async bring(name: string, doing: string, bring: (pin: Pin) => Promise<MachineDefinition>): Promise<MachineView> {
    const machine = await this.#registry.claim(name, doing, async () => {
      const pin = this.#around.layers.pin();
      try {
        const brought = this.#hear.adopt(await asPartOf(doing, bring(pin)));
        await brought.open();
        brought.connections.takeAddresses();
        return brought;
      } catch (error) {
        this.#around.layers.sweepSoon();
        throw error;
      } finally {
        pin.dispose();
      }
    });
    this.#around.log.info(machine.id, `imported as ${machine.name}`);
    this.#hear.changed(machine);
    this.#hear.snapshotsChanged(machine);
    return machine.view();
  }
}
