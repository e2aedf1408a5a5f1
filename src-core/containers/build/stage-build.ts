import { AppError } from '../../base/errors.ts';
import { tarEnd } from '../../images/formats/tar-writer.ts';
import type { LocalLayer } from '../oci/container-images.ts';
import type { BuildRequest, BuildSurroundings, BuildWork } from './build-surroundings.ts';
import { copyArchive, digestOfItems } from './copy-archive.ts';
import { copyItems, newDirectory, type Copied } from './copy-items.ts';
import { argumentsOf, withHistory, withSetting, type Draft } from './draft.ts';
import { expandStep } from './expanded-step.ts';
import { failedAt } from './problem.ts';
import type { Scope } from './scope.ts';
import type { SourceTree } from './source-tree.ts';
import type { Step } from './step.ts';

type Run = Extract<Step, { kind: 'run' }>;
type Copy = Extract<Step, { kind: 'copy' | 'add' }>;

const FAILED_OUTPUT = 'What it printed stands above.';
const NO_LIMITS = { memoryBytes: null, cpus: null, pids: null, diskBytes: null };
const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Outcome {
  readonly draft: Draft;
  readonly scope: Scope;
}

/** Does the steps of one stage. */
export class StageBuild {
  readonly #request: BuildRequest;
  readonly #around: BuildSurroundings;
  readonly #work: BuildWork;
  readonly #source: (name: string, line: number) => Promise<SourceTree>;

  constructor(
    request: BuildRequest,
    around: BuildSurroundings,
    work: BuildWork,
    source: (name: string, line: number) => Promise<SourceTree>,
  ) {
    this.#request = request;
    this.#around = around;
    this.#work = work;
    this.#source = source;
  }

  /** @throws AppError with the number of the line */
  async step(written: Step, draft: Draft, scope: Scope, escape: string): Promise<Outcome> {
    const step = expandStep(written, scope.lookup(draft), escape);
    const now = this.#around.clock.now();
    switch (step.kind) {
      case 'arg':
        return { draft: withHistory(draft, step.text, now, null), scope: scope.with(step) };
      case 'run':
        return { draft: withHistory(draft, step.text, now, await this.#run(step, draft, scope)), scope };
      case 'copy':
      case 'add':
        return { draft: withHistory(draft, step.text, now, await this.#copy(step, draft)), scope };
      case 'workdir': {
        const changed = withSetting(draft, step);
        const layer = await this.#makeDirectory(changed.settings.workingDirectory, draft, step.line);
        return { draft: withHistory(changed, step.text, now, layer), scope };
      }
      default:
        return { draft: withHistory(withSetting(draft, step), step.text, now, null), scope };
    }
  }

  #run(step: Run, draft: Draft, scope: Scope): Promise<LocalLayer> {
    const { settings, layers } = draft;
    const own = settings.environment.some((each) => each.startsWith('PATH=')) ? [] : [DEFAULT_PATH];
    const wanted = {
      layers: layers.map(({ diffId }) => diffId),
      command: argumentsOf(draft, step.command),
      environment: [...own, ...scope.environment, ...settings.environment],
      workingDirectory: settings.workingDirectory || '/',
      user: settings.user,
      network: step.network === 'none' ? null : 'default',
    };
    return this.#cached({ run: wanted }, async () => {
      let layer: LocalLayer | undefined;
      const outcome = await this.#around.steps.run(
        {
          ...wanted,
          limits: NO_LIMITS,
          addCapabilities: [],
          output: (bytes) => this.#work.output(bytes),
          changes: async (archive) => {
            layer = await this.#layer(archive, wanted.layers);
          },
        },
        this.#work.signal,
      );
      if (outcome.outOfMemory) throw failedAt(step.line, 'it needed more memory than its node has', 'no-room');
      if (outcome.exitStatus !== 0 || layer === undefined) {
        throw failedAt(
          step.line,
          `"${step.text}" ended with status ${outcome.exitStatus}`,
          'guest-failed',
          FAILED_OUTPUT,
        );
      }
      return layer;
    });
  }

  async #copy(step: Copy, draft: Draft): Promise<LocalLayer | null> {
    const diffIds = draft.layers.map(({ diffId }) => diffId);
    const image = this.#around.tree(diffIds);
    const source = step.from === null ? this.#request.context : await this.#source(step.from, step.line);
    const now = this.#around.clock.now();
    const copied = await copyItems(step, source, image, draft.settings.workingDirectory, now);
    const inputs = {
      layers: diffIds,
      items: await digestOfItems(copied.items, () => this.#around.sha256()),
      archives: await this.#archiveDigests(copied),
    };
    return this.#cached({ copy: inputs }, () => this.#layer(this.#archiveOf(copied), diffIds));
  }

  #archiveDigests({ archives }: Copied): Promise<string[]> {
    return Promise.all(
      archives.map(async ({ file, directory }) => {
        const digest = await digestOfItems([{ ...file, kind: 'file' }], () => this.#around.sha256());
        return `${directory}:${digest}`;
      }),
    );
  }

  async *#archiveOf({ items, archives }: Copied): AsyncGenerator<Uint8Array, void, void> {
    yield* copyArchive(items);
    for (const archive of archives) yield* this.#around.unpack(archive);
    yield tarEnd();
  }

  /** WORKDIR makes its directory. @returns null where it is there */
  async #makeDirectory(path: string, draft: Draft, line: number): Promise<LocalLayer | null> {
    const diffIds = draft.layers.map(({ diffId }) => diffId);
    const image = this.#around.tree(diffIds);
    const there = await image.find(path.slice(1));
    if (there?.kind === 'directory') return null;
    if (there !== null) throw failedAt(line, `${path} is no directory`);
    const missing: string[] = [];
    let base = '';
    for (const name of path.slice(1).split('/')) {
      const next = base === '' ? name : `${base}/${name}`;
      const found = missing.length > 0 ? null : await image.find(next);
      if (found !== null && found.kind !== 'directory') throw failedAt(line, `/${next} is no directory`);
      // Where it really is: directories may be links.
      base = found?.path ?? next;
      if (found === null) missing.push(base);
    }
    const items = missing.map((each) => newDirectory(each, this.#around.clock.now()));
    return this.#cached({ directories: missing, layers: diffIds }, () =>
      this.#layer(this.#archiveOf({ items, archives: [] }), diffIds),
    );
  }

  async #cached(inputs: unknown, make: () => Promise<LocalLayer>): Promise<LocalLayer> {
    const { cache, images } = this.#around;
    const key = cache.keyOf(inputs);
    const diffId = this.#request.noCache ? undefined : await cache.find(key);
    const known = diffId === undefined ? undefined : images.findLayer(diffId);
    if (known) {
      this.#work.output(new TextEncoder().encode('  as it was made before\n'));
      return known;
    }
    const layer = await make();
    await cache.keep(key, layer.diffId).catch((error: unknown) => {
      // A full disk costs time at the next build, and this one goes on to say so itself.
      if (!(error instanceof AppError)) throw error;
    });
    return layer;
  }

  /** @param upon diff ids, lowest first */
  #layer(archive: AsyncIterable<Uint8Array>, upon: readonly string[]): Promise<LocalLayer> {
    const { signal } = this.#work;
    return this.#around.images.addLayer(archive, { signal, progress: () => undefined }, upon);
  }
}
