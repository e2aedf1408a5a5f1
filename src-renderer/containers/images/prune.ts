import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';

/** The images that a clean-up takes: those without a name; with `all`, every one that no container is made from. */
export function prunable(images: readonly ContainerImageView[], all: boolean): readonly ContainerImageView[] {
  return images.filter(({ names, usedBy }) => usedBy.length === 0 && (all || names.length === 0));
}

/** What is free for certain then: layers that several of them share, and nobody else, come on top. */
export function leastFreed(images: readonly ContainerImageView[]): number {
  return images.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
}
