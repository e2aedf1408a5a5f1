import { expect, test } from 'vitest';
import { CONTAINER_STATES } from '../../src-core/contract/containers.ts';
import { CONTAINER_ACTIONS, refusal } from './availability.ts';

test('every action that cannot be done says why, and what it offers instead can be done', () => {
  for (const state of CONTAINER_STATES) {
    for (const action of CONTAINER_ACTIONS) {
      const found = refusal(action, { state });
      if (found === null) continue;
      expect(found.why).not.toBe('');
      if (found.remedy) expect(refusal(found.remedy, { state }), `${action} of ${state}`).toBeNull();
    }
  }
});

test('a container that runs is stopped before it is deleted', () => {
  expect(refusal('remove', { state: 'running' })).toEqual({ why: 'Stop the container to delete it', remedy: 'stop' });
  expect(refusal('remove', { state: 'exited' })).toBeNull();
});
