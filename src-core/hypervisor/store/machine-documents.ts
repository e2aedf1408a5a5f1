import type { MachineEnd } from '../../contract/machines.ts';
import type { MachineDefinition } from './definition.ts';
import { RUN_RECORD_VERSION } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import type { Surroundings } from '../surroundings.ts';

/** What is written down about one machine: its definition and its run record, one write after the other. */
export class MachineDocuments {
  readonly #around: Pick<Surroundings, 'store' | 'log' | 'clock'>;
  #definition: MachineDefinition;
  #record: RunRecord;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(definition: MachineDefinition, record: RunRecord, around: Pick<Surroundings, 'store' | 'log' | 'clock'>) {
    this.#definition = definition;
    this.#record = record;
    this.#around = around;
  }

  get definition(): MachineDefinition {
    return this.#definition;
  }

  get record(): RunRecord {
    return this.#record;
  }

  /**
   * Changes the definition as it is when all earlier writes are done; nothing is written when `update` gives it back.
   * @throws AppError when it cannot be written; the definition is then the old one
   */
  async change(update: (now: MachineDefinition) => MachineDefinition): Promise<void> {
    await this.#write(async () => {
      const next = update(this.#definition);
      if (next === this.#definition) return;
      await this.#around.store.update(next);
      this.#definition = next;
    });
  }

  /** A run begins. */
  runs(): Promise<void> {
    return this.#note({ ...this.#record, runningSince: this.#around.clock.now() });
  }

  /** A run did not come about. */
  runsNot(): Promise<void> {
    return this.#note({ ...this.#record, runningSince: null });
  }

  /** A run ended. The record tells it at once; the promise, when it is on the disk. */
  ended(kind: MachineEnd['kind'], cause: string | null): Promise<void> {
    const lastEnd: MachineEnd = { kind, at: this.#around.clock.now(), cause };
    this.#around.log.info(this.#definition.id, cause === null ? kind : `${kind}: ${cause}`);
    return this.#note({ version: RUN_RECORD_VERSION, runningSince: null, lastEnd });
  }

  /** What was to be written so far is on the disk when this resolves. */
  async settled(): Promise<void> {
    await this.#writes;
  }

  /** A record that cannot be written (the disk is full) does not keep a machine from running, or from ending. */
  async #note(record: RunRecord): Promise<void> {
    this.#record = record;
    const { id } = this.#definition;
    try {
      await this.#write(() => this.#around.store.writeRecord(id, record));
    } catch (error) {
      this.#around.log.warn(id, 'its run record could not be written', { error });
    }
  }

  #write(write: () => Promise<void>): Promise<void> {
    const written = this.#writes.then(write);
    this.#writes = written.catch(() => undefined);
    return written;
  }
}
