import type { TaskView } from '../../../src-core/contract/tasks.ts';
import type {
  BaseImages,
  ContainerImages,
  LocalImage,
  TransferWork,
} from '../../../src-core/containers/oci/container-images.ts';
import type { Tasks } from '../tasks.ts';

interface Pull {
  readonly view: TaskView;
  readonly done: Promise<LocalImage>;
}

/** What takes long with container images, as tasks. */
export class ContainerImageWork {
  readonly #images: ContainerImages;
  readonly #base: BaseImages;
  readonly #tasks: Tasks;
  readonly #canonical: (reference: string) => string;
  readonly #pulls = new Map<string, Pull>();

  /** @param canonical a reference as it is kept: "docker.io/library/busybox:latest" @throws AppError 'invalid-input' */
  constructor(images: ContainerImages, base: BaseImages, tasks: Tasks, canonical: (reference: string) => string) {
    this.#images = images;
    this.#base = base;
    this.#tasks = tasks;
    this.#canonical = canonical;
  }

  /** From a registry, or made here. Those who want the same at the same time share the work. @throws AppError */
  pull(reference: string): Pull {
    const key = this.#canonical(reference);
    const known = this.#pulls.get(key);
    if (known) return known;
    let image: LocalImage | undefined;
    const { view, done } = this.#start(`Pull image ${reference}`, reference, async (work) => {
      image = await this.have(reference, true, work);
    });
    const result = done
      .finally(() => this.#pulls.delete(key))
      .then(() => image ?? this.#images.get(reference, `pull image ${reference}`));
    const pull = { view, done: result };
    // The task tells of a failure; who waits hears of it too.
    result.catch(() => undefined);
    this.#pulls.set(key, pull);
    return pull;
  }

  /** As part of other work. @param renew also when it is here @throws AppError */
  async have(reference: string, renew: boolean, work: TransferWork): Promise<LocalImage> {
    const here = renew ? undefined : this.#images.find(reference);
    if (here) return here;
    const base = this.#base.find(this.#canonical(reference));
    return base ? this.#base.make(base.name, work) : this.#images.pull(reference, work);
  }

  push(reference: string, to: string): TaskView {
    return this.#start(`Push image ${reference}`, reference, (work) => this.#images.push(reference, to, work)).view;
  }

  save(references: readonly string[], path: string, form: 'oci' | 'docker'): TaskView {
    const title = `Save ${references.join(', ')} to ${path}`;
    return this.#start(title, references[0] ?? '', (work) => this.#images.save(references, path, form, work)).view;
  }

  load(path: string): TaskView {
    return this.#start(`Load images from ${path}`, null, async (work) => {
      await this.#images.load(path, work);
    }).view;
  }

  #start(
    title: string,
    image: string | null,
    run: (work: TransferWork) => Promise<void>,
  ): { view: TaskView; done: Promise<void> } {
    const task = this.#tasks.start({
      title,
      subject: image === null ? null : { kind: 'container-image', id: image },
      run: (report, signal) => run({ signal, progress: ({ phase, fraction }) => report(phase, fraction) }),
    });
    // The task tells of a failure.
    task.done.catch(() => undefined);
    return task;
  }
}
