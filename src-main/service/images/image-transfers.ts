import type { z } from 'zod';
import { AppError, asPartOf } from '../../../src-core/base/errors.ts';
import type { imagesTopic } from '../../../src-core/contract/images.ts';
import type { TaskView } from '../../../src-core/contract/tasks.ts';
import { inspectFile } from '../../../src-core/hypervisor/machine-disks/disk-image.ts';
import type { Machine } from '../../../src-core/hypervisor/life/machine.ts';
import type { ReportProgress } from '../../../src-core/images/image.ts';
import type { TaskWork } from '../tasks.ts';
import { importImage } from './image-import.ts';
import { prepareSave } from './image-save.ts';
import { checkNewFile } from './new-file.ts';
import type { TransferTools, TransferWatch } from './transfer-tools.ts';

type ImportRequest = z.output<typeof imagesTopic.importFrom.input>;
type ExportRequest = z.output<typeof imagesTopic.exportTo.input>;

/** Images out of files and out of machines, and into files: each as a task. */
export class ImageTransfers {
  readonly #tools: TransferTools;
  constructor(tools: TransferTools) {
    this.#tools = tools;
  }

  /** @throws AppError 'already-exists', 'not-found', 'invalid-input'; what goes wrong later is told by the task */
  async importFrom(request: ImportRequest): Promise<TaskView> {
    const { image, path, kernel, initrd } = request;
    const doing = `import image ${image}`;
    const { files } = this.#tools.around;
    await inspectFile(files, doing, 'disk', path);
    if (kernel !== undefined) await inspectFile(files, doing, 'kernel', kernel);
    if (initrd !== undefined) await inspectFile(files, doing, 'initrd', initrd);
    if (initrd !== undefined && kernel === undefined) {
      const because = 'an initrd without the kernel that it is for is of no use';
      throw new AppError({ code: 'invalid-input', doing, because, hint: 'Give the kernel too.' });
    }
    return this.#make(image, doing, `Import image ${image}`, (watch) => importImage(request, this.#tools, watch));
  }

  /** @throws AppError 'not-found', 'wrong-state', 'invalid-input', 'already-exists' */
  async save(image: string, machine: Machine, snapshot: string | null): Promise<TaskView> {
    const doing = `save image ${image}`;
    const save = await prepareSave({ image, machine, snapshot, doing }, this.#tools);
    try {
      return await this.#make(image, doing, `Save image ${image}`, async (watch) => {
        try {
          await save.run(watch);
        } finally {
          save.dispose();
        }
      });
    } catch (error) {
      save.dispose();
      throw error;
    }
  }

  /** @throws AppError 'not-found', 'not-supported', 'invalid-input', 'already-exists' */
  async exportTo({ image, path, format, compress }: ExportRequest): Promise<TaskView> {
    const doing = `export image ${image}`;
    const { images, around, held } = this.#tools;
    const { diskPath } = await asPartOf(doing, images.get(image));
    if (diskPath === null) {
      const because = 'it has no disk: everything in it is in memory';
      throw new AppError({ code: 'not-supported', doing, because, hint: 'Choose an image with a disk.' });
    }
    if (compress && format === 'raw') {
      const because = 'a raw image cannot be compressed';
      throw new AppError({ code: 'invalid-input', doing, because, hint: 'Choose qcow2, or do without.' });
    }
    await checkNewFile(around.files, doing, path);
    const from = { path: diskPath, format: 'qcow2', own: false } as const;
    return this.#start(`Export image ${image}`, image, async ({ progress, signal }) => {
      const hold = held.hold(image);
      try {
        const watch = { signal, progress: (fraction: number) => progress({ phase: `Writing ${path}`, fraction }) };
        await asPartOf(doing, around.work.copy({ from, to: { path, format, compress } }, watch));
      } finally {
        hold.dispose();
      }
    });
  }

  /** Holds the name while the image comes to be. */
  async #make(
    image: string,
    doing: string,
    title: string,
    work: (watch: TransferWatch) => Promise<void>,
  ): Promise<TaskView> {
    await this.#mustBeFree(image, doing);
    const hold = this.#tools.held.hold(image);
    return this.#start(title, image, async (watch) => {
      try {
        await asPartOf(doing, work(watch));
      } finally {
        hold.dispose();
      }
      this.#tools.onMade(image);
    });
  }

  #start(title: string, image: string, work: (watch: TransferWatch) => Promise<void>): TaskView {
    const run: TaskWork['run'] = (report, signal) => {
      const progress: ReportProgress = ({ phase, fraction }) => report(phase, fraction);
      return work({ progress, signal });
    };
    const { view, done } = this.#tools.tasks.start({ title, subject: { kind: 'image', id: image }, run });
    // The task tells how it ended.
    done.catch(() => undefined);
    return view;
  }

  /** Names differ by more than their case: on some computers folders do not. */
  async #mustBeFree(image: string, doing: string): Promise<void> {
    const name = image.toLowerCase();
    const fail = (because: string): AppError =>
      new AppError({ code: 'already-exists', doing, because, hint: 'Choose another name.', data: { name: image } });
    const { images, store, held } = this.#tools;
    if (images.catalog().some((card) => card.name === name)) throw fail(`the catalogue has an image ${name}`);
    const taken = (await store.names()).some((other) => other.toLowerCase() === name);
    if (taken || held.has(name)) throw fail(`there is already an image ${image}`);
  }
}
