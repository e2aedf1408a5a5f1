import type { ImageView } from '../../src-core/contract/images.ts';
import { NAME_RULE, nameSchema } from '../../src-core/contract/names.ts';

type Images = Readonly<Record<string, ImageView>>;

function isTaken(name: string, images: Images): boolean {
  return Object.keys(images).some((other) => other.toLowerCase() === name.toLowerCase());
}

/** What is wrong with a name for a new image, as it is typed. @returns undefined when nothing is */
export function imageNameProblem(name: string, images: Images): string | undefined {
  if (name === '') return 'Give the image a name';
  if (!nameSchema.safeParse(name).success) return NAME_RULE;
  return isTaken(name, images) ? `There is already an image called ${name}` : undefined;
}

/** The name itself, or the first with a number behind it that nobody has. */
export function proposedImageName(name: string, images: Images): string {
  if (!isTaken(name, images)) return name;
  let number = 2;
  while (isTaken(`${name}-${number}`, images)) number += 1;
  return `${name}-${number}`;
}
