import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { ImageRecord, Images } from '../../src-core/images/image.ts';
import { AppError } from '../../src-core/base/errors.ts';
import type { ImagePreparation, Preparation } from '../../src-core/hypervisor/life/image-preparation.ts';
import type { Tasks } from './tasks.ts';

interface Build {
  readonly view: TaskView;
  readonly done: Promise<ImageRecord>;
  /** Machines that wait for it. */
  readonly waiting: Set<string>;
  /** A person asked for it: then no machine's leaving cancels it. */
  wanted: boolean;
}

/** Images being built, each once however many want it, each as a task. */
export class ImageBuilds implements ImagePreparation {
  readonly #images: Images;
  readonly #tasks: Tasks;
  readonly #onBuilt: (name: string) => void;
  readonly #builds = new Map<string, Build>();

  constructor(images: Images, tasks: Tasks, onBuilt: (name: string) => void) {
    this.#images = images;
    this.#tasks = tasks;
    this.#onBuilt = onBuilt;
  }

  catalog(): ReturnType<Images['catalog']> {
    return this.#images.catalog();
  }

  card(name: string): ReturnType<Images['card']> {
    return this.#images.card(name);
  }

  async find(name: string): Promise<ImageRecord | null> {
    try {
      return await this.#images.get(name);
    } catch (error) {
      if (error instanceof AppError && (error.code === 'not-found' || error.code === 'corrupt')) return null;
      throw error;
    }
  }

  /** A person wants it. @returns its task @throws AppError 'not-found' when it is not in the catalogue */
  pull(name: string): TaskView {
    const build = this.#build(name);
    build.wanted = true;
    return build.view;
  }

  prepare(name: string, machine: { readonly id: string; readonly name: string }): Preparation {
    const build = this.#build(name);
    build.waiting.add(machine.id);
    const release = (): void => {
      build.waiting.delete(machine.id);
      if (build.waiting.size > 0 || build.wanted || this.#builds.get(name) !== build) return;
      this.#tasks.cancel(build.view.id);
    };
    return { task: build.view.id, done: build.done, release };
  }

  isBuilding(name: string): boolean {
    return this.#builds.has(name);
  }

  #build(name: string): Build {
    const known = this.#builds.get(name);
    if (known) return known;
    this.#checkCatalog(name);
    let record: ImageRecord | undefined;
    const { view, done } = this.#tasks.start({
      title: this.#images.card(name)?.making ?? `Build image ${name}`,
      subject: { kind: 'image', id: name },
      run: async (report, signal) => {
        const progress = ({ phase, fraction }: { phase: string; fraction: number | null }): void =>
          report(phase, fraction);
        record = await this.#images.build(name, { progress, signal });
      },
    });
    const build: Build = { view, done: this.#finish(name, done, () => record), waiting: new Set(), wanted: false };
    this.#builds.set(name, build);
    // Whoever waits hears of a failure; if nobody does, the task tells it.
    build.done.catch(() => undefined);
    return build;
  }

  async #finish(name: string, done: Promise<void>, record: () => ImageRecord | undefined): Promise<ImageRecord> {
    try {
      await done;
    } finally {
      this.#builds.delete(name);
    }
    this.#onBuilt(name);
    return record() ?? this.#images.get(name);
  }

  #checkCatalog(name: string): void {
    if (this.#images.card(name)) return;
    const names = this.#images.catalog().map((card) => card.name);
    throw new AppError({
      code: 'not-found',
      doing: `build image ${name}`,
      because: 'it is not in the catalogue',
      hint: `The catalogue has: ${names.join(', ')}.`,
    });
  }
}
