import { AppError } from '../../base/errors.ts';
import type { LocalImage } from './container-images.ts';
import { canonicalName, formatReference, parseReference } from './reference.ts';

/** By which the beginning of an id can be told from a name. */
const BEGINNING = /^(?:sha256:)?([0-9a-f]{4,64})$/;

/**
 * The image of a name, a digest, an id or the beginning of one. A name goes first, as with docker.
 * @throws AppError 'invalid-input' when it is the beginning of several
 */
export function findImage<Image extends LocalImage>(
  images: readonly Image[],
  reference: string,
  doing: string,
): Image | undefined {
  const named = byName(images, reference, doing);
  if (named !== undefined) return named;
  const [, beginning] = BEGINNING.exec(reference) ?? [];
  if (beginning === undefined) return undefined;
  const begins = (digest: string): boolean => digest.startsWith(`sha256:${beginning}`);
  const found = images.filter(({ id, digest }) => begins(id) || begins(digest));
  if (found.length < 2) return found[0];
  throw new AppError({
    code: 'invalid-input',
    doing,
    because: `${found.length} images begin with ${reference}`,
    hint: 'Write more of its id, or its name.',
  });
}

function byName<Image extends LocalImage>(images: readonly Image[], text: string, doing: string): Image | undefined {
  // An id is no name, and what is neither is simply not here.
  if (text.startsWith('sha256:')) return undefined;
  try {
    const reference = parseReference(text, doing);
    const name = formatReference(reference);
    const { digest } = reference;
    const repository = `${reference.registry}/${reference.repository}`;
    const isOf = (other: string): boolean => other.startsWith(`${repository}:`) || other.startsWith(`${repository}@`);
    return (
      images.find(({ names }) => names.includes(name)) ??
      images.find((image) => digest !== null && image.digest === digest && image.names.some(isOf))
    );
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** The name of an image that was meant; undefined when it was found by its id. */
export function nameIn(image: LocalImage, reference: string): string | undefined {
  try {
    const name = canonicalName(reference, 'look for a name');
    return image.names.find((each) => each === name);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
