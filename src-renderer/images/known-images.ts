import type { CatalogEntry, ImageView } from '../../src-core/contract/images.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import type { Inventory } from '../state/inventory.ts';

/** An image as the page shows it: what the catalogue says, what is here, and what is being done about it. */
export interface KnownImage {
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  readonly entry: CatalogEntry | null;
  readonly here: ImageView | null;
  readonly task: TaskView | null;
  /** Names of the machines made from it. */
  readonly usedBy: readonly string[];
}

function taskFor(name: string, tasks: Readonly<Record<string, TaskView>>): TaskView | null {
  const about = Object.values(tasks).filter(({ subject }) => subject?.kind === 'image' && subject.id === name);
  return about.find(({ state }) => state === 'running') ?? null;
}

/** An image that is being imported or saved has a place on the page already. */
function inTheMaking(tasks: Readonly<Record<string, TaskView>>): readonly string[] {
  const running = Object.values(tasks).filter(({ state, subject }) => state === 'running' && subject?.kind === 'image');
  return running.flatMap(({ subject }) => (subject === null ? [] : [subject.id]));
}

/** Out of the machines, which the service tells of as they come and go; what an image says of itself is older. */
function usersOf(image: string, machines: Inventory['machines']): readonly string[] {
  return Object.values(machines)
    .filter(({ source }) => source.kind === 'image' && source.image === image)
    .map(({ name }) => name);
}

export function knownImages(
  catalog: readonly CatalogEntry[],
  { images, tasks, machines }: Pick<Inventory, 'images' | 'tasks' | 'machines'>,
): readonly KnownImage[] {
  const names = new Set([...catalog.map(({ name }) => name), ...Object.keys(images), ...inTheMaking(tasks)]);
  return [...names].map((name) => {
    const entry = catalog.find((candidate) => candidate.name === name) ?? null;
    const here = images[name] ?? null;
    const title = entry?.title ?? here?.title ?? name;
    const [task, usedBy] = [taskFor(name, tasks), usersOf(name, machines)];
    return { name, title, description: entry?.description ?? null, entry, here, task, usedBy };
  });
}
