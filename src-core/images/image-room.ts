import { AppError } from '../base/errors.ts';
import { throwIfCancelled } from './cancellation.ts';
import { CATALOG, OWN_RECIPES } from './catalog.ts';
import { DebianArchive, type ArchiveSettings } from './debian/archive.ts';
import { DownloadCache } from './download-cache.ts';
import { sourceOf } from './formats/byte-source.ts';
import {
  IMAGE_DOCUMENT_VERSION,
  type BuildOptions,
  type ImageCard,
  type ImageDocument,
  type ImageRecord,
  type Images,
} from './image.ts';
import { ImageStore, type ImageDraft } from './image-store.ts';
import type { Dish, Recipe } from './recipes/recipe.ts';
import type { Hasher, Workshop } from './workshop.ts';

/** What depends on this computer and its settings, asked for at each build. */
export interface BuildSurroundings {
  /** @throws AppError 'unavailable' when no mirror is known */
  archive(): Promise<Omit<ArchiveSettings, 'suite' | 'component' | 'architecture'>>;
  /** The guest agent's program. */
  agentSource(): Promise<string>;
}

const DEBIAN_13: Recipe['archive'] = { suite: 'trixie', component: 'main', architecture: 'riscv64' };
const KERNEL_FILE = 'kernel';
const INITRD_FILE = 'initrd';

/** All images: the catalogue, those that are here, and the building of one from the other. */
export class ImageRoom implements Images {
  readonly #workshop: Workshop;
  readonly #surroundings: BuildSurroundings;
  readonly #store: ImageStore;
  readonly #recipes: readonly Recipe[];

  constructor(workshop: Workshop, surroundings: BuildSurroundings, recipes: readonly Recipe[] = CATALOG) {
    this.#workshop = workshop;
    this.#surroundings = surroundings;
    this.#store = new ImageStore(workshop);
    this.#recipes = recipes;
  }

  catalog(): readonly ImageCard[] {
    return this.#recipes.map((recipe) => recipe.card);
  }

  card(name: string): ImageCard | undefined {
    return [...this.#recipes, ...OWN_RECIPES].find((recipe) => recipe.card.name === name)?.card;
  }

  list(): Promise<readonly ImageRecord[]> {
    return this.#store.list();
  }

  get(name: string): Promise<ImageRecord> {
    return this.#store.get(name);
  }

  remove(name: string): Promise<void> {
    return this.#store.remove(name);
  }

  async sweep(): Promise<void> {
    await this.#store.sweep();
    await new DownloadCache(this.#workshop).sweep();
  }

  async build(name: string, options: BuildOptions): Promise<ImageRecord> {
    const recipe = [...this.#recipes, ...OWN_RECIPES].find((candidate) => candidate.card.name === name);
    if (recipe === undefined) throw unknownImage(name);
    const present = (await this.#store.list()).find((record) => record.document.name === name);
    if (present !== undefined) return present;
    try {
      await this.#buildNew(recipe, options);
    } catch (error) {
      throw asBuildFailure(name, error, options);
    }
    return await this.#store.get(name);
  }

  /** The archive that images are made of, for whoever makes something else of its packages. @throws AppError */
  async openArchive(options: BuildOptions, part: Recipe['archive'] = DEBIAN_13): Promise<DebianArchive> {
    const settings = { ...(await this.#surroundings.archive()), ...part };
    return DebianArchive.open(this.#workshop, settings, options);
  }

  async #buildNew(recipe: Recipe, options: BuildOptions): Promise<void> {
    const agentSource = await this.#surroundings.agentSource();
    const archive = await this.openArchive(options, recipe.archive);
    const { decompress, builder } = this.#workshop;
    const md5 = (): Hasher => this.#workshop.md5();
    const draft = this.#store.begin();
    try {
      const dish = await recipe.build({ archive, decompress, agentSource, options, table: draft, builder, md5 });
      options.progress({ phase: 'Writing the image', fraction: null });
      const document = await this.#write(draft, recipe.card, dish);
      throwIfCancelled(options.signal, 'write the image');
      await draft.publish(document);
    } catch (error) {
      await draft.abandon();
      throw error;
    }
  }

  async #write(draft: ImageDraft, card: ImageCard, dish: Dish): Promise<ImageDocument> {
    const kernel = await draft.write(KERNEL_FILE, sourceOf(dish.kernel));
    const initrd = await draft.write(INITRD_FILE, sourceOf(dish.initrd));
    const disk = dish.disk && { ...(await draft.measure(dish.disk.file)), virtualBytes: dish.disk.virtualBytes };
    return {
      version: IMAGE_DOCUMENT_VERSION,
      name: card.name,
      title: card.title,
      contents: dish.contents,
      createdAt: this.#workshop.now(),
      origin: 'built',
      boot: { kind: 'files', kernel, initrd, commandLine: dish.commandLine },
      disk: disk && { ...disk, format: 'qcow2' },
      generalize: false,
      packages: dish.packages.map(({ name, version, sha256, sizeBytes }) => ({ name, version, sha256, sizeBytes })),
      defaults: { ...card.defaults },
      minimumMemoryBytes: card.minimumMemoryBytes,
      ...(dish.runsContainers ? { runsContainers: true } : {}),
    };
  }
}

function unknownImage(name: string): AppError {
  return new AppError({
    code: 'not-found',
    doing: `build image ${name}`,
    because: 'the catalogue has no such image',
    hint: 'List the images that can be had with "inn image catalog".',
  });
}

/** What a person reads: the image, not the step, failed; and a cancelled build is no failure of what it was doing. */
function asBuildFailure(name: string, error: unknown, options: BuildOptions): unknown {
  if (!(error instanceof AppError)) return error;
  const doing = `build image ${name}`;
  if (options.signal.aborted)
    return new AppError({ code: 'cancelled', doing, because: 'it was cancelled', cause: error });
  const { code, because, hint, data } = error;
  return new AppError({ code, doing, because, data, cause: error, ...(hint === undefined ? {} : { hint }) });
}
