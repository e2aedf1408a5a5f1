/** The parts of a container's page, and of its image's. */
export const CONTAINER_TABS = ['summary', 'terminal', 'logs', 'files', 'layers', 'inspect', 'settings'] as const;
export type ContainerTab = (typeof CONTAINER_TABS)[number];

export const CONTAINER_IMAGE_TABS = ['overview', 'layers', 'history', 'inspect'] as const;
export type ContainerImageTab = (typeof CONTAINER_IMAGE_TABS)[number];

export type ContainerPlace =
  | { readonly page: 'containers'; readonly container: string | null; readonly tab: ContainerTab }
  /** image: a reference as people write it, "debian:13". */
  | { readonly page: 'new-container'; readonly image: string | null }
  | { readonly page: 'volumes' }
  | { readonly page: 'nodes' }
  | { readonly page: 'container-images'; readonly image: string | null; readonly tab: ContainerImageTab }
  /** What a build prints, by its task. */
  | { readonly page: 'build'; readonly task: string };

type Part = string | undefined;

function oneOf<T extends string>(known: readonly T[], text: Part): T | undefined {
  return known.find((one) => one === text);
}

/** @param page the first part of an address. @returns null where it leads to no page of containers */
export function parseContainerPlace(page: Part, first: Part, second: Part): ContainerPlace | null {
  switch (page) {
    case 'containers':
      return { page, container: first || null, tab: oneOf(CONTAINER_TABS, second) ?? 'summary' };
    case 'new-container':
      return { page, image: first || null };
    case 'container-images':
      return { page, image: first || null, tab: oneOf(CONTAINER_IMAGE_TABS, second) ?? 'overview' };
    case 'build':
      return first ? { page, task: first } : null;
    case 'volumes':
    case 'nodes':
      return { page };
    default:
      return null;
  }
}

/** The parts of a place's address; null for one that is left out. */
export function containerPlaceParts(place: ContainerPlace): readonly (string | null)[] {
  switch (place.page) {
    case 'containers':
      return place.container === null ? [place.page] : [place.page, place.container, place.tab];
    case 'container-images':
      return place.image === null ? [place.page] : [place.page, place.image, place.tab];
    case 'new-container':
      return [place.page, place.image];
    case 'build':
      return [place.page, place.task];
    default:
      return [place.page];
  }
}
