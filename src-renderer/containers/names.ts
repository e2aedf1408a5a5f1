import { containerNameSchema } from '../../src-core/contract/containers.ts';

/** What is wrong with a name for a container, as it is typed. @returns undefined when nothing is */
export function containerNameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (name === '') return 'Give the container a name';
  const parsed = containerNameSchema.safeParse(name);
  if (!parsed.success) return parsed.error.issues[0]?.message;
  // Names are host names too, and those know no upper and lower case.
  if (taken.has(name.toLowerCase())) return `There is already a container called ${name}`;
  return undefined;
}

/** "web" of "127.0.0.1:5000/team/web:1.2", "debian" of "debian:13". */
export function imageStem(reference: string): string {
  const last =
    reference
      .replace(/@sha256:.*$/, '')
      .split('/')
      .at(-1) ?? '';
  const stem = last.replace(/:.*$/, '').replaceAll(/[^A-Za-z0-9_.-]/g, '-');
  return stem.replace(/^[^A-Za-z0-9]+/, '').slice(0, 50) || 'container';
}

/** A name nobody has: "busybox-1" for the image "busybox". */
export function proposedContainerName(reference: string, taken: ReadonlySet<string>): string {
  const stem = imageStem(reference);
  let number = 1;
  while (taken.has(`${stem}-${number}`.toLowerCase())) number += 1;
  return `${stem}-${number}`;
}

/** "sha256:0123456789ab…" as one reads it: its first twelve digits. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
