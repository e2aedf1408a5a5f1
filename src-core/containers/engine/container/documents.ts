import { Turns } from '../../../base/turns.ts';
import type { EngineLog } from '../surroundings.ts';
import type { ContainerStore } from './container-store.ts';
import type { ContainerDefinition } from './definition.ts';
import type { ContainerRecord } from './run-record.ts';

/** What is written about one container: its definition and its run record, one write after the other. */
export class ContainerDocuments {
  readonly #store: ContainerStore;
  readonly #log: EngineLog;
  readonly #turns = new Turns();
  #definition: ContainerDefinition;
  #record: ContainerRecord;
  #created: Promise<void> = Promise.resolve();
  #isGone = false;

  constructor(definition: ContainerDefinition, record: ContainerRecord, store: ContainerStore, log: EngineLog) {
    this.#definition = definition;
    this.#record = record;
    this.#store = store;
    this.#log = log;
  }

  get definition(): ContainerDefinition {
    return this.#definition;
  }

  get record(): ContainerRecord {
    return this.#record;
  }

  /** Begins to write it for the first time. Resolves when it is safely on disk. @throws AppError */
  create(): Promise<void> {
    this.#created = this.#turns.take(() => this.#store.create(this.#definition));
    return this.#created;
  }

  /** It is safely on disk. @throws AppError as `create` did */
  created(): Promise<void> {
    return this.#created;
  }

  /** @throws AppError when it cannot be written; the definition is then the old one */
  change(update: (now: ContainerDefinition) => ContainerDefinition): Promise<void> {
    return this.#turns.take(async () => {
      const next = update(this.#definition);
      await this.#store.update(next);
      this.#definition = next;
    });
  }

  /**
   * The record is this at once; the promise resolves when it is on the disk. One that cannot be written (the disk is
   * full) does not keep a container from running, or from ending.
   */
  note(part: Partial<ContainerRecord>): Promise<void> {
    this.#record = { ...this.#record, ...part };
    const record = this.#record;
    return this.#turns.take(async () => {
      // A later one says all that this one does.
      if (this.#isGone || record !== this.#record) return;
      await this.#store.writeRecord(this.#definition.id, record).catch((error: unknown) => {
        this.#log.warn(`the run record of container ${this.#definition.name} could not be written`, { error });
      });
    });
  }

  /** It is gone for good when this resolves. @throws AppError; then it is there as before */
  remove(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#store.remove(this.#definition.id);
      this.#isGone = true;
    });
  }

  /** What was to be written so far is on the disk when this resolves. */
  settled(): Promise<void> {
    return this.#turns.settled();
  }
}
