import type { Disposable } from '../../base/disposable.ts';
import { Cancellation } from '../../base/cancellation.ts';
import { Emitter } from '../../base/emitter.ts';
import { AppError } from '../../base/errors.ts';
import type { MachineDefinition } from '../store/definition.ts';
import { layersOf } from '../layers/layer-owners.ts';
import type { RunRecord } from '../store/run-record.ts';
import type { QuickStart, QuickStarts, Surroundings } from '../surroundings.ts';
import { isPristine } from '../machine-disks/image-disk.ts';
import { isNothingButImage, keyOf } from './booted-snapshot.ts';
import type { Booted, BootedHardware } from './booted-snapshot.ts';
import { Template } from './template.ts';

/** A person who has just started a machine has work for this computer. */
const PREPARE_AFTER_MS = 10_000;
/** More hardware than this of one image is rarely made again. */
const MOST_PER_IMAGE = 2;

/** Lets machines that are nothing but an image go on from where one had come up, and sees to it that they can. */
export class BootedSnapshots implements QuickStarts {
  readonly #around: Surroundings;
  readonly #template: Template;
  readonly #wanted = new Map<string, Disposable>();
  readonly #closing = new Cancellation();
  readonly #changed = new Emitter<string>();
  #work: Promise<void> = Promise.resolve();

  constructor(around: Surroundings) {
    this.#around = around;
    this.#template = new Template(around);
  }

  /** What is kept of an image has changed. */
  onChanged(listener: (image: string) => void): Disposable {
    return this.#changed.on(listener);
  }

  /** What a machine that is to be switched on can go on from instead; null for nothing. Never fails. */
  async find(definition: MachineDefinition, record: RunRecord): Promise<QuickStart | null> {
    const { images, booted: store, isQuickStartOn } = this.#around;
    if (!isQuickStartOn() || definition.source.kind !== 'image' || !isNothingButImage(definition, record)) return null;
    const { image: name } = definition.source;
    const image = await images.find(name).catch(() => null);
    if (image === null) return null;
    const key = keyOf(image.document, definition);
    const booted = (await store.list(name)).find((each) => each.key === key);
    if (!booted || !(await isPristine(definition, image, this.#around).catch(() => false))) return null;
    return { booted, scrollback: await store.console(name, key) };
  }

  /** It turned out to be of no use: the machine boots instead. */
  async giveUp(image: string, { key }: Booted): Promise<void> {
    await this.#around.booted.remove(image, key).catch(() => undefined);
    this.#around.layers.sweepSoon();
    this.#changed.fire(image);
  }

  /** A machine that was nothing but its image has been booted: the next one is not to wait for that again. */
  bootedOne(image: string, hardware: BootedHardware): void {
    const { clock, isQuickStartOn } = this.#around;
    const what = `${image} ${hardware.processors} ${hardware.memoryBytes}`;
    if (!isQuickStartOn() || this.#closing.aborted || this.#wanted.has(what)) return;
    const begin = (): void => {
      this.#work = this.#work.then(() => this.#prepare(image, hardware)).finally(() => this.#wanted.delete(what));
    };
    this.#wanted.set(what, clock.after(PREPARE_AFTER_MS, begin));
  }

  /** What the booted snapshots of an image take of this computer's disk. */
  async sizeOf(image: string): Promise<number> {
    const all = (await this.#around.booted.list(image)).map((booted) => layersOf(booted, booted.memory));
    const { layers } = this.#around;
    const { diskBytes, memoryBytes } = await layers.sizeOf({
      disks: all.flatMap(({ disks }) => disks),
      memory: all.flatMap(({ memory }) => memory),
    });
    return diskBytes + memoryBytes;
  }

  /** Ends what is being booted. */
  async close(): Promise<void> {
    this.#closing.cancel();
    for (const wanted of this.#wanted.values()) wanted.dispose();
    await this.#work;
  }

  async #prepare(name: string, hardware: BootedHardware): Promise<void> {
    const { images, booted: store, tasks, log } = this.#around;
    try {
      const image = await images.find(name);
      if (image === null || this.#closing.aborted) return;
      const key = keyOf(image.document, hardware);
      if ((await store.list(name)).some((each) => each.key === key)) return;
      await tasks.run(`Boot ${name} once, for quick starts`, null, async ({ signal }) => {
        const stop = new Cancellation();
        const cancel = (): void => stop.cancel();
        signal.addEventListener('abort', cancel);
        this.#closing.addEventListener('abort', cancel);
        const pin = this.#around.layers.pin();
        try {
          const { booted, scrollback } = await this.#template.boot(image, hardware, stop, pin);
          // It may have been deleted, or built anew.
          const still = await images.find(name);
          if (still !== null && keyOf(still.document, hardware) === key) await store.create(name, booted, scrollback);
        } finally {
          pin.dispose();
          this.#closing.removeEventListener('abort', cancel);
        }
      });
      await this.#dropOldest(name);
      this.#changed.fire(name);
    } catch (error) {
      const isExpected = error instanceof AppError;
      log.warn('', `image ${name} could not be booted once, so its machines boot`, { error, isExpected });
    } finally {
      this.#around.layers.sweepSoon();
    }
  }

  async #dropOldest(image: string): Promise<void> {
    const all = await this.#around.booted.list(image);
    for (const { key } of all.slice(0, Math.max(0, all.length - MOST_PER_IMAGE))) {
      await this.#around.booted.remove(image, key);
    }
  }
}
