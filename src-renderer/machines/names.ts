import { NAME_RULE, nameSchema } from '../../src-core/contract/names.ts';

/** What is wrong with a name for a new machine, as it is typed. @returns undefined when nothing is */
export function nameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (name === '') return 'Give the machine a name';
  if (!nameSchema.safeParse(name).success) return NAME_RULE;
  // Names are host names too, and those know no upper and lower case.
  if (taken.has(name.toLowerCase())) return `There is already a machine called ${name}`;
  return undefined;
}

/** A name nobody has: "debian-1" for the image "debian-13-tiny". */
export function proposedName(image: string | null, taken: ReadonlySet<string>): string {
  const stem = image?.split('-')[0] || 'machine';
  let number = 1;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

/** "web-2" for a copy of "web-1" or "web": the first number that nobody has. */
export function copyName(name: string, taken: ReadonlySet<string>): string {
  const stem = name.replace(/-\d+$/, '').slice(0, 58);
  let number = 2;
  while (taken.has(`${stem.toLowerCase()}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

/** "web-1" for "/home/ada/Web 1.innkeeper": what of a file's name can be a name; may be empty. */
export function nameFromFile(path: string): string {
  const file = path.trim().split(/[/\\]/).at(-1) ?? '';
  const stem = file.replace(/(\.[A-Za-z][A-Za-z0-9]{0,9})+$/, '');
  return stem
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
}
