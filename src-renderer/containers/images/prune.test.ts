import { expect, test } from 'vitest';
import { containerImageView } from '../../testing/container-view.ts';
import { leastFreed, prunable } from './prune.ts';

const used = containerImageView('used', { usedBy: ['web'] });
const idle = containerImageView('idle', { ownBytes: 30 });
const nameless = containerImageView('nameless', { names: [], ownBytes: 12 });

test('a clean-up takes what has no name, or all that no container is made from, and never what one is', () => {
  expect(prunable([used, idle, nameless], false)).toEqual([nameless]);
  expect(prunable([used, idle, nameless], true)).toEqual([idle, nameless]);
  expect(leastFreed([idle, nameless])).toBe(42);
});
