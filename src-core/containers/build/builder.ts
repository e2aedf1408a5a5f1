import { throwIfCancelled } from '../../images/cancellation.ts';
import type { LocalImage } from '../oci/container-images.ts';
import type { BuildRequest, BuildSurroundings, BuildWork } from './build-surroundings.ts';
import { parseContainerfile } from './containerfile.ts';
import { EMPTY_DRAFT, DEFAULT_SHELL, type Draft } from './draft.ts';
import { expandWord, BadSubstitution } from './expand.ts';
import { failedAt } from './problem.ts';
import { Scope } from './scope.ts';
import type { SourceTree } from './source-tree.ts';
import { StageBuild } from './stage-build.ts';
import type { Containerfile, Stage } from './step.ts';
import { AppError } from '../../base/errors.ts';

/**
 * Builds an image from a Containerfile.
 * @throws AppError with the number of the line that it failed at; layers made so far are kept for the next try
 */
export async function buildImage(
  request: BuildRequest,
  around: BuildSurroundings,
  work: BuildWork,
): Promise<LocalImage> {
  const file = parseContainerfile(request.containerfile);
  const build = new Build(request, file, around, work);
  return build.run();
}

class Build {
  readonly #request: BuildRequest;
  readonly #file: Containerfile;
  readonly #around: BuildSurroundings;
  readonly #work: BuildWork;
  readonly #done = new Map<number, Draft>();
  readonly #pins: { dispose(): void }[] = [];
  #step = 0;

  constructor(request: BuildRequest, file: Containerfile, around: BuildSurroundings, work: BuildWork) {
    this.#request = request;
    this.#file = file;
    this.#around = around;
    this.#work = work;
  }

  async run(): Promise<LocalImage> {
    const last = this.#targetStage();
    const needed = this.#neededStages(last);
    const total = needed.reduce((sum, stage) => sum + 1 + (this.#file.stages[stage]?.steps.length ?? 0), 0);
    try {
      for (const stage of needed) this.#done.set(stage, await this.#stage(stage, total));
      const draft = this.#done.get(last) ?? EMPTY_DRAFT;
      const { settings, layers, history } = draft;
      const made = { settings, layers, history, createdAt: this.#around.clock.now() };
      return await this.#around.images.addImage(made, this.#request.tags);
    } finally {
      for (const pin of this.#pins) pin.dispose();
    }
  }

  #targetStage(): number {
    const { target } = this.#request;
    const { stages } = this.#file;
    if (target === null) return stages.length - 1;
    const stage = stageNamed(stages, target, stages.length);
    if (stage !== undefined) return stage;
    throw new AppError({ code: 'not-found', doing: 'build an image', because: `there is no stage ${target}` });
  }

  /** In order; stages that nothing of the last one comes from are left out. */
  #neededStages(last: number): number[] {
    const needed = new Set([last]);
    for (let at = last; at >= 0; at--) {
      const stage = this.#file.stages[at];
      if (!needed.has(at) || !stage) continue;
      const names = [
        stage.from.image,
        ...stage.steps.flatMap((step) => ('from' in step && step.from !== null ? [step.from] : [])),
      ];
      for (const name of names) {
        const other = stageNamed(this.#file.stages, name, at);
        if (other !== undefined) needed.add(other);
      }
    }
    return [...needed].sort((a, b) => a - b);
  }

  async #stage(number: number, total: number): Promise<Draft> {
    const stage = this.#file.stages[number] as Stage;
    const scope = this.#globalScope();
    let draft = await this.#begin(stage, number, scope, total);
    let inner = scope.stage();
    const { from } = stage;
    const stageBuild = new StageBuild(this.#request, this.#around, this.#work, (name, line) =>
      this.#source(name, number, line),
    );
    for (const step of stage.steps) {
      throwIfCancelled(this.#work.signal, 'build an image');
      this.#tell(step.text, total, from.name);
      const outcome = await stageBuild.step(step, draft, inner, this.#file.escape);
      draft = outcome.draft;
      inner = outcome.scope;
      this.#pins.push(this.#around.images.pin(draft.layers.map(({ diffId }) => diffId)));
    }
    return draft;
  }

  #globalScope(): Scope {
    return this.#file.globalArguments.reduce((scope, step) => {
      const lookup = scope.lookup(EMPTY_DRAFT);
      const pairs = step.pairs.map(
        ([name, value]) => [name, value === null ? null : expandWord(value, lookup, this.#file.escape)] as const,
      );
      return scope.with({ ...step, pairs });
    }, Scope.global(this.#request.arguments));
  }

  async #begin(stage: Stage, number: number, scope: Scope, total: number): Promise<Draft> {
    const { from } = stage;
    this.#tell(from.text, total, from.name);
    const image = this.#imageName(stage, scope);
    if (image === 'scratch') return EMPTY_DRAFT;
    const before = stageNamed(this.#file.stages, image, number);
    const draft = before === undefined ? await this.#base(image, from.line) : (this.#done.get(before) ?? EMPTY_DRAFT);
    return { ...draft, shell: DEFAULT_SHELL, hasOwnCommand: false };
  }

  #imageName({ from }: Stage, scope: Scope): string {
    try {
      const image = expandWord(from.image, scope.lookup(EMPTY_DRAFT), this.#file.escape);
      if (image === '') throw failedAt(from.line, `${from.image} is empty: an ARG before it has no value`);
      return image;
    } catch (error) {
      if (error instanceof BadSubstitution) throw failedAt(from.line, error.message);
      throw error;
    }
  }

  async #base(name: string, line: number): Promise<Draft> {
    const { signal } = this.#work;
    const progress = this.#work.progress.bind(this.#work);
    try {
      const image = await this.#around.ensure(name, this.#request.renew, { signal, progress });
      this.#pins.push(this.#around.images.pin(image.layers.map(({ diffId }) => diffId)));
      const { settings, layers, history } = image;
      return { ...EMPTY_DRAFT, settings, layers, history };
    } catch (error) {
      if (error instanceof AppError) throw failedAt(line, error.because, error.code, error.hint);
      throw error;
    }
  }

  /** What COPY --from names: a stage before, by name or number, or an image. */
  async #source(name: string, before: number, line: number): Promise<SourceTree> {
    const stage = stageNamed(this.#file.stages, name, before);
    const draft = stage === undefined ? await this.#base(name, line) : (this.#done.get(stage) ?? EMPTY_DRAFT);
    return this.#around.tree(draft.layers.map(({ diffId }) => diffId));
  }

  #tell(text: string, total: number, stage: string | null): void {
    this.#step++;
    const place = stage === null ? '' : `[${stage}] `;
    this.#work.progress({ phase: `Step ${this.#step} of ${total}: ${text}`, fraction: (this.#step - 1) / total });
    this.#work.output(new TextEncoder().encode(`${place}Step ${this.#step} of ${total}: ${text}\n`));
  }
}

/** @param before only stages in front of this one */
function stageNamed(stages: readonly Stage[], name: string, before: number): number | undefined {
  const byName = stages.findIndex(({ from }, at) => at < before && from.name === name.toLowerCase());
  if (byName !== -1) return byName;
  const number = /^\d+$/.test(name) ? Number(name) : before;
  return number < before ? number : undefined;
}
