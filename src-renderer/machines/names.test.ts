import { expect, test } from 'vitest';
import { nameSchema } from '../../src-core/contract/names.ts';
import { copyName, nameFromFile, nameProblem, proposedName } from './names.ts';

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

test('a copy is called after what it is a copy of, with the first number that nobody has', () => {
  expect(copyName('web', new Set(['web']))).toBe('web-2');
  expect(copyName('web-2', new Set(['web', 'web-2', 'web-3']))).toBe('web-4');
  expect(nameSchema.safeParse(copyName('a'.repeat(63), new Set())).success).toBe(true);
});

test.for([
  ['/home/ada/web.innkeeper', 'web'],
  ['C:\\images\\Fedora Cloud 42.raw.qcow2', 'Fedora-Cloud-42'],
  ['/tmp/debian-13.1.qcow2', 'debian-13-1'],
  ['/tmp/_.img', ''],
  ['', ''],
] as const)('the file %s gives the name “%s”', ([path, name]) => {
  expect(nameFromFile(path)).toBe(name);
});
