import { corrupt } from '../formats/byte-source.ts';
import type { Relation } from './version.ts';

/** One way to meet a dependency. */
export interface Alternative {
  readonly name: string;
  readonly relation: Relation | undefined;
  readonly version: string;
}

/** Any one of the alternatives does. */
export type Dependency = readonly Alternative[];

const ALTERNATIVE =
  /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>)\s*([A-Za-z0-9.+:~-]+)\s*\))?\s*(?:\[[^\]]*\])?$/;

/**
 * Parses a relationship field: "libc6 (>= 2.38), mawk | gawk" (Debian policy, "Syntax of relationship fields").
 * @throws AppError 'corrupt'
 */
export function parseDependencies(field: string, what: string): Dependency[] {
  return field
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')
    .map((group) => group.split('|').map((text) => parseAlternative(text.trim(), what)));
}

function parseAlternative(text: string, what: string): Alternative {
  const [, name, relation, version] = ALTERNATIVE.exec(text) ?? [];
  if (name === undefined) throw corrupt(what, 'a dependency in it is wrong');
  return { name, relation: relation as Relation | undefined, version: version ?? '' };
}
