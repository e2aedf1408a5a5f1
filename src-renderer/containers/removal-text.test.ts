import { expect, test } from 'vitest';
import { containerView } from '../testing/container-view.ts';
import { named, removalText } from './removal-text.ts';

test('what is lost is named, and the volume that stays', () => {
  const data = { kind: 'volume', volume: 'data', destination: '/data', readOnly: false } as const;
  const text = removalText([containerView('database', { mounts: [data] })]);
  expect(text).toContain('are lost');
  expect(text).toContain('The volume data stays');
});

test('several are named one by one', () => {
  expect(removalText([containerView('a'), containerView('b')])).toContain('a and b: what they have written');
});

test('a long list is cut, and says how much of it is not named', () => {
  expect(named(['a', 'b', 'c'])).toBe('a, b and c');
  expect(named(Array.from({ length: 11 }, (_, index) => `c${index}`))).toBe(
    'c0, c1, c2, c3, c4, c5, c6, c7 and 3 more',
  );
});
