import { expect, test } from 'vitest';
import { containerNameProblem, imageStem, proposedContainerName } from './names.ts';

test.for([
  ['busybox', 'busybox'],
  ['debian:13', 'debian'],
  ['127.0.0.1:5000/team/web:1.2', 'web'],
  [`alpine@sha256:${'a'.repeat(64)}`, 'alpine'],
  ['registry:5000/_', 'container'],
] as const)('the image %s gives its containers the name %s', ([reference, stem]) => {
  expect(imageStem(reference)).toBe(stem);
});

test('the proposed name is the first that nobody has', () => {
  expect(proposedContainerName('debian:13', new Set(['debian-1', 'debian-3']))).toBe('debian-2');
});

test('a name is judged as it is typed', () => {
  const taken = new Set(['web']);
  expect(containerNameProblem('Web', taken)).toContain('already');
  expect(containerNameProblem('-web', taken)).toContain('letters');
  expect(containerNameProblem('', taken)).toBeDefined();
  expect(containerNameProblem('my_web.1', taken)).toBeUndefined();
});
