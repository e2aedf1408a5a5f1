import { join } from 'node:path';
import { BuildCache } from '../../../src-core/containers/build/build-cache.ts';
import type { BuildRequest, BuildSurroundings } from '../../../src-core/containers/build/build-surroundings.ts';
import { buildImage } from '../../../src-core/containers/build/builder.ts';
import { LayeredTree } from '../../../src-core/containers/build/layered-tree.ts';
import { overlayArchive } from '../../../src-core/containers/build/overlay-archive.ts';
import { unpackArchive } from '../../../src-core/containers/build/unpack-archive.ts';
import type { Container } from '../../../src-core/containers/engine/container/container.ts';
import type { ContainerEngine } from '../../../src-core/containers/engine/container-engine.ts';
import { sessionBytes } from '../../../src-core/containers/engine/session-bytes.ts';
import type { ContainerImages, LocalImage } from '../../../src-core/containers/oci/container-images.ts';
import { AppError } from '../../../src-core/base/errors.ts';
import type { TaskView } from '../../../src-core/contract/tasks.ts';
import type { Files } from '../../../src-core/host/files.ts';
import { compressionByName } from '../../../src-core/images/formats/compression.ts';
import type { Hasher } from '../../../src-core/images/workshop.ts';
import { nodeDecompress } from '../images/node-decompress.ts';
import { nodeClock } from '../os/node-clock.ts';
import type { Tasks } from '../tasks.ts';
import { openBuildContext } from './build-context.ts';
import { BuildLog } from './build-log.ts';
import type { ContainerImageWork } from './container-image-work.ts';
import { readingLayers } from './layer-reading.ts';

/** Logs of builds that have ended are kept for whoever asks a little later. */
const MOST_LOGS = 20;

interface Needs {
  readonly dataDirectory: string;
  readonly files: Files;
  readonly images: ContainerImages;
  readonly work: ContainerImageWork;
  readonly engine: ContainerEngine;
  readonly tasks: Tasks;
  sha256(): Hasher;
}

export interface WantedBuild extends Omit<BuildRequest, 'containerfile' | 'context'> {
  readonly directory: string;
  readonly file: string | null;
}

interface Build {
  readonly log: BuildLog;
  image: LocalImage | null;
}

/** Images that are made here: built from a Containerfile, or of a container as it is. */
export class ContainerBuilds {
  readonly #needs: Needs;
  readonly #around: BuildSurroundings;
  readonly #builds = new Map<string, Build>();

  constructor(needs: Needs) {
    const { dataDirectory, files, images, work, engine } = needs;
    const folder = join(dataDirectory, 'containers');
    const layers = readingLayers(join(folder, 'layers'));
    this.#needs = needs;
    this.#around = {
      images,
      ensure: (reference, renew, transfer) => work.have(reference, renew, transfer),
      steps: engine.steps,
      cache: new BuildCache(files, join(folder, 'build-cache.json'), needs.sha256),
      clock: nodeClock,
      sha256: needs.sha256,
      tree: (diffIds) => new LayeredTree(diffIds, layers),
      unpack: ({ file, directory }) => {
        const { compression } = compressionByName(file.path.replace(/\.tgz$/, '.tar.gz'));
        return unpackArchive(nodeDecompress(compression, file.content(), file.path), directory, file.path);
      },
    };
  }

  /** @throws AppError when there is nothing to build from; all else is told by the task */
  async build({ directory, file, ...request }: WantedBuild): Promise<TaskView> {
    const { containerfile, context } = await openBuildContext(directory, file, `build an image from ${directory}`);
    const build: Build = { log: new BuildLog(), image: null };
    const { view, done } = this.#needs.tasks.start({
      title: `Build ${request.tags[0] ?? `an image from ${directory}`}`,
      subject: request.tags[0] === undefined ? null : { kind: 'container-image', id: request.tags[0] },
      run: async (report, signal) => {
        build.image = await buildImage({ ...request, containerfile, context }, this.#around, {
          signal,
          progress: ({ phase, fraction }) => report(phase, fraction),
          output: (bytes) => build.log.write(bytes),
        });
      },
    });
    this.#keep(view.id, build);
    void done.catch(() => undefined).finally(() => build.log.end());
    return view;
  }

  /** @throws AppError 'not-found' */
  log(task: string): { readonly log: BuildLog; readonly image: () => LocalImage | null } {
    const build = this.#builds.get(task);
    if (build) return { log: build.log, image: () => build.image };
    throw new AppError({ code: 'not-found', doing: 'follow a build', because: `task ${task} is no build` });
  }

  /** Makes an image of a container as it is now. */
  commit(container: Container, name: string, message: string, author: string): TaskView {
    const { images, tasks, engine } = this.#needs;
    const { definition } = container;
    const doing = `make an image of container ${container.name}`;
    const { view, done } = tasks.start({
      title: `Make image ${name} of container ${container.name}`,
      subject: { kind: 'container-image', id: name },
      run: async (report, signal) => {
        const work = { signal, progress: ({ phase, fraction }: Progress) => report(phase, fraction) };
        const image = images.get(definition.imageId, doing);
        report('Reading what it wrote', null);
        const layer = await engine.onItsNode(container, doing, async (runtime) =>
          images.addLayer(overlayArchive(sessionBytes(await runtime.written(container.id), doing)), work),
        );
        const createdAt = nodeClock.now();
        const createdBy = definition.process.arguments.join(' ');
        const entry = { createdAt, createdBy, comment: message, emptyLayer: false };
        const { settings, layers, history } = image;
        const made = { settings, layers: [...layers, layer], history: [...history, entry], createdAt };
        await images.addImage(author === '' ? made : { ...made, author }, [name]);
      },
    });
    void done.catch(() => undefined);
    return view;
  }

  #keep(task: string, build: Build): void {
    this.#builds.set(task, build);
    for (const oldest of this.#builds.keys()) {
      if (this.#builds.size <= MOST_LOGS) break;
      this.#builds.delete(oldest);
    }
  }
}

type Progress = { readonly phase: string; readonly fraction: number | null };
