import { expect, test } from 'vitest';
import { argumentsOf, argumentsProblem, tagsOf } from './build-draft.ts';

test('arguments are lines with a name and a value, which may hold anything', () => {
  expect(argumentsOf('A=1\n\n B=x=y ')).toEqual({ A: '1', B: 'x=y' });
  expect(argumentsProblem('A=1')).toBeUndefined();
  expect(argumentsProblem('A=1\n2B=1')).toContain('“2B=1”');
});

test('names are parted by spaces or commas', () => {
  expect(tagsOf(' web:1, web:latest  ')).toEqual(['web:1', 'web:latest']);
});
