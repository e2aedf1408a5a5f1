import type { CatalogEntry, ImageView } from '../../src-core/contract/images.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';

/** An image as the page shows it: what the catalogue says, what is here, and what is being done about it. */
export interface KnownImage {
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  readonly entry: CatalogEntry | null;
  readonly here: ImageView | null;
  readonly task: TaskView | null;
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

export function knownImages(
  catalog: readonly CatalogEntry[],
  images: Readonly<Record<string, ImageView>>,
  tasks: Readonly<Record<string, TaskView>>,
): readonly KnownImage[] {
  const names = new Set([...catalog.map(({ name }) => name), ...Object.keys(images), ...inTheMaking(tasks)]);
  return [...names].map((name) => {
    const entry = catalog.find((candidate) => candidate.name === name) ?? null;
    const here = images[name] ?? null;
    const title = entry?.title ?? here?.title ?? name;
    return { name, title, description: entry?.description ?? null, entry, here, task: taskFor(name, tasks) };
  });
}
