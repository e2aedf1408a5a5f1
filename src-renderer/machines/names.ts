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
