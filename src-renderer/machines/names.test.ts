import { expect, test } from 'vitest';
import { nameProblem, proposedName } from './names.ts';

test('a proposed name is valid and nobody’s', () => {
  const taken = new Set<string>();
  for (let count = 1; count <= 12; count += 1) {
    const name = proposedName('debian-13-tiny', taken);
    expect(nameProblem(name, taken)).toBeUndefined();
    taken.add(name);
  }
  expect([...taken].at(-1)).toBe('debian-12');
  expect(proposedName(null, taken)).toBe('machine-1');
});

test('a name that another has in other letters is taken', () => {
  expect(nameProblem('WEB', new Set(['web']))).toBe('There is already a machine called WEB');
});

test.for(['', ' ', 'a b', '-a', 'a-', 'ä', 'a'.repeat(64), 'a_b', '../a'])('“%s” is no name', (name) => {
  expect(nameProblem(name, new Set())).toBeDefined();
});
