import type { ImageCard, ImageRecord } from '../../images/image.ts';

/** An image on its way. */
export interface Preparation {
  /** The task that shows it. */
  readonly task: string;
  /** @throws AppError when it could not be made, 'cancelled' among others */
  readonly done: Promise<ImageRecord>;
  /** Not wanted here any more: it is cancelled if nobody else wants it. */
  release(): void;
}

/** What the hypervisor needs of images. */
export interface ImagePreparation {
  /** The image, if it is here and whole. */
  find(name: string): Promise<ImageRecord | null>;
  /** What can be had. */
  catalog(): readonly ImageCard[];
  /** Of what can be made, also of what only Innkeeper itself has a use for. */
  card(name: string): ImageCard | undefined;
  /** Starts to build an image of the catalogue, or joins who does. @param machine id, for the task's subject */
  prepare(name: string, machine: { readonly id: string; readonly name: string }): Preparation;
}
