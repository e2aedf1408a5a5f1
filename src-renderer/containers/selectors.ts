import { useMemo } from 'react';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { useInventory } from '../state/inventory.ts';
import { isOn } from './states.ts';

/** Lower-cased, as names are compared. */
export function useContainerNames(): ReadonlySet<string> {
  const containers = useInventory((inventory) => inventory.containers);
  return useMemo(() => new Set(Object.values(containers).map(({ name }) => name.toLowerCase())), [containers]);
}

export const SORT_LABELS = {
  name: 'Name',
  state: 'State',
  processor: 'Processor use',
  memory: 'Memory use',
  created: 'Newest first',
} as const;
export type SortKey = keyof typeof SORT_LABELS;

export const GROUP_LABELS = {
  none: 'No groups',
  project: 'Compose project',
  image: 'Image',
  node: 'Node',
} as const;
export type GroupKey = keyof typeof GROUP_LABELS;

/** By this label `docker compose` and its likes tell what belongs together. */
const PROJECT_LABEL = 'com.docker.compose.project';

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const STATE_ORDER = ['running', 'paused', 'starting', 'restarting', 'stopping', 'exited', 'created'];

const COMPARISONS: Record<SortKey, (a: ContainerView, b: ContainerView) => number> = {
  name: () => 0,
  state: (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state),
  processor: (a, b) => (b.stats?.processorUsed ?? 0) - (a.stats?.processorUsed ?? 0),
  memory: (a, b) => (b.stats?.memoryBytes ?? 0) - (a.stats?.memoryBytes ?? 0),
  created: (a, b) => b.createdAt - a.createdAt,
};

const GROUPS: Record<Exclude<GroupKey, 'none'>, (container: ContainerView) => string | null> = {
  project: ({ labels }) => labels[PROJECT_LABEL] ?? null,
  image: ({ image }) => image,
  node: ({ node }) => node?.name ?? null,
};

const NO_GROUP: Record<Exclude<GroupKey, 'none'>, string> = {
  project: 'In no project',
  image: 'Without an image',
  node: 'On no node yet',
};

export interface Shown {
  readonly search: string;
  readonly runningOnly: boolean;
  readonly sort: SortKey;
}

/** Names, images, ports, labels: whatever one remembers of it. */
function matches(container: ContainerView, search: string): boolean {
  const { name, image, ports, labels, node, command } = container;
  const parts = [name, image, node?.name ?? '', command.join(' '), ...ports.map(({ port }) => String(port))];
  const text = [...parts, ...Object.values(labels)].join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The containers of a list: those that match, in order; equal ones by name, so that rows do not jump. */
export function shownContainers(
  containers: Readonly<Record<string, ContainerView>>,
  shown: Shown,
): readonly ContainerView[] {
  const compare = COMPARISONS[shown.sort];
  return Object.values(containers)
    .filter(({ state }) => !shown.runningOnly || isOn(state))
    .filter((container) => matches(container, shown.search))
    .sort((a, b) => compare(a, b) || collator.compare(a.name, b.name));
}

/** A line of the list: a container, or the head of those that belong together. */
export type Line =
  | { readonly kind: 'container'; readonly container: ContainerView }
  | { readonly kind: 'group'; readonly name: string; readonly members: readonly ContainerView[] };

/** The list with its groups' heads; those that belong nowhere come last. */
export function groupedLines(containers: readonly ContainerView[], group: GroupKey): readonly Line[] {
  const line = (container: ContainerView): Line => ({ kind: 'container', container });
  if (group === 'none') return containers.map(line);
  const groups = new Map<string | null, ContainerView[]>();
  for (const container of containers) {
    const name = GROUPS[group](container);
    groups.set(name, [...(groups.get(name) ?? []), container]);
  }
  const names = [...groups.keys()].sort(
    (a, b) => Number(a === null) - Number(b === null) || collator.compare(a ?? '', b ?? ''),
  );
  // Where nothing belongs to a project, a head that says so of everything is no help.
  if (group === 'project' && names.every((name) => name === null)) return containers.map(line);
  return names.flatMap((name) => {
    const members = groups.get(name) ?? [];
    return [{ kind: 'group' as const, name: name ?? NO_GROUP[group], members }, ...members.map(line)];
  });
}
