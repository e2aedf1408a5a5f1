import type { ContainerView } from '../../src-core/contract/containers.ts';

const MOST_NAMED = 8;

/** "a, b and c", and how many more there are of a long list. */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

function volumesOf(containers: readonly ContainerView[]): readonly string[] {
  const mounts = containers.flatMap((container) => container.mounts);
  return [...new Set(mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.volume] : [])))];
}

/** What goes with containers, and what stays behind. */
export function removalText(containers: readonly ContainerView[]): string {
  const lost =
    containers.length === 1
      ? 'What it has written into its own files and its log are lost.'
      : `${named(containers.map(({ name }) => name))}: what they have written into their own files and their logs are lost.`;
  const volumes = volumesOf(containers);
  if (volumes.length === 0) return lost;
  const kept = volumes.length === 1 ? `The volume ${volumes[0]} stays` : `The volumes ${named(volumes)} stay`;
  return `${lost} ${kept}, with all that is in ${volumes.length === 1 ? 'it' : 'them'}.`;
}
