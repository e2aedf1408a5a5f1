import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as here from './core-layout.ts';

/** The constants of a source of the core, by name. */
function constantsOf(file: string): Map<string, number> {
  const source = readFileSync(new URL(`../core/${file}`, import.meta.url), 'utf8');
  const found = source.matchAll(/^(?:export )?const (\w+): \w+ = (0x[0-9a-f_]+|\d+);/gm);
  return new Map([...found].map(([, name = '', value = '']) => [name, Number(value.replaceAll('_', ''))]));
}

const layout = constantsOf('layout.ts');
const { HART, OUTCOME, PROFILE, OP_BYTES, FS_DIRTY, ...addresses } = here;

it.each(Object.entries({ ...addresses, ...HART }))('%s is what the core has in layout.ts', (name, value) => {
  expect(layout.get(name)).toBe(value);
});

it('outcomes are those of the core', () => {
  const outcomes = constantsOf('hart/outcome.ts');
  for (const [name, value] of Object.entries(OUTCOME)) expect(outcomes.get(name), name).toBe(value);
});

it('a profile is read as the core writes it', () => {
  const profile = constantsOf('regions/profile.ts');
  for (const [name, value] of Object.entries(PROFILE)) expect(profile.get(name), name).toBe(value);
});

it('operations are as long, and floating point as dirty, as in the core', () => {
  expect(constantsOf('decode/operation.ts').get('OP_BYTES')).toBe(OP_BYTES);
  expect(constantsOf('hart/float.ts').get('FS_DIRTY')).toBe(FS_DIRTY);
});
