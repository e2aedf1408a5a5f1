import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';

/** A name that stands for the newest, as people leave it out: "busybox" is "busybox:latest". */
export function withTag(reference: string): string {
  const last = reference.split('/').at(-1) ?? '';
  return last.includes(':') || last.includes('@') ? reference : `${reference}:latest`;
}

/** The image that a reference names, if it is here. */
export function imageOf(
  reference: string,
  images: Readonly<Record<string, ContainerImageView>>,
): ContainerImageView | undefined {
  const wanted = withTag(reference.replace(/^docker\.io\/(library\/)?/, ''));
  return images[reference] ?? Object.values(images).find(({ names }) => names.some((name) => withTag(name) === wanted));
}

/** How an image is called where there is room for one name. */
export function imageTitle({ names, id }: Pick<ContainerImageView, 'names' | 'id'>): string {
  return names[0] ?? `${id.slice(0, 'sha256:'.length + 12)}…`;
}
