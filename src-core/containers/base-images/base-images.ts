import { AppError, asPartOf } from '../../base/errors.ts';
import type { BaseImage } from '../../contract/container-images.ts';
import type { BaseImages, LocalImage, TransferWork } from '../oci/container-images.ts';
import type { BaseKitchen, BaseRecipe } from './base-image.ts';
import { busybox } from './busybox.ts';
import { debian13 } from './debian-13.ts';

const RECIPES: readonly BaseRecipe[] = [busybox, debian13];

/** Images that are made here, of Debian's signed packages: something to run without any registry. */
export class DebianBaseImages implements BaseImages {
  readonly #kitchen: BaseKitchen;
  readonly #making = new Map<string, Promise<LocalImage>>();

  constructor(kitchen: BaseKitchen) {
    this.#kitchen = kitchen;
  }

  list(): readonly BaseImage[] {
    return RECIPES.map((recipe) => this.#cardOf(recipe));
  }

  find(reference: string): BaseImage | undefined {
    const recipe = RECIPES.find(({ names }) => names.includes(reference));
    return recipe && this.#cardOf(recipe);
  }

  /** Those who want the same at the same time get the same. @param name of the catalogue */
  make(name: string, work: TransferWork): Promise<LocalImage> {
    const under = this.#making.get(name);
    if (under !== undefined) return under;
    const making = this.#make(name, work).finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  async #make(name: string, work: TransferWork): Promise<LocalImage> {
    const doing = `make image ${name}`;
    const recipe = RECIPES.find(({ card }) => card.name === name);
    if (recipe === undefined) throw new AppError({ code: 'not-found', doing, because: 'there is no such recipe' });
    const { images } = this.#kitchen;
    const options = { signal: work.signal, progress: (progress: Progress) => work.progress(progress) };
    const archive = await asPartOf(doing, this.#kitchen.openArchive(options));
    const { settings, layers, createdAt } = await asPartOf(doing, recipe.make(archive, this.#kitchen, work));
    const history = layers.map(({ createdBy }) => ({ createdAt, createdBy, comment: '', emptyLayer: false }));
    const made = { settings, layers: layers.map(({ layer }) => layer), history, createdAt };
    return images.addImage(made, recipe.names);
  }

  #cardOf({ card, names }: BaseRecipe): BaseImage {
    return { ...card, present: this.#kitchen.images.find(names[0] ?? '') !== undefined };
  }
}

type Progress = Parameters<TransferWork['progress']>[0];
