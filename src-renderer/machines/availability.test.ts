import { expect, test } from 'vitest';
import { MACHINE_STATES } from '../../src-core/contract/machines.ts';
import { machineView } from '../testing/machine-view.ts';
import { MACHINE_ACTIONS, OTHER_ACTIONS, refusal } from './availability.ts';

function possible(state: (typeof MACHINE_STATES)[number], stopOverdue = false): readonly string[] {
  const machine = machineView('m', { state, stopOverdue });
  return MACHINE_ACTIONS.filter((action) => refusal(action, machine) === null);
}

test('each state allows what makes sense in it', () => {
  const off = ['start', 'snapshot', 'clone', 'rename', 'save-image', 'export', 'remove'];
  expect(possible('stopped')).toEqual(off);
  expect(possible('failed')).toEqual(off);
  expect(possible('running')).toEqual([
    ...['pause', 'suspend', 'stop', 'restart', 'kill'],
    ...['snapshot', 'fork', 'rename'],
  ]);
  expect(possible('paused')).toEqual(['resume', 'suspend', 'kill', 'snapshot', 'fork', 'rename']);
  expect(possible('suspending')).toEqual(['kill', 'rename']);
  expect(possible('suspended')).toEqual(['resume', 'discard', 'snapshot', 'clone', 'rename', 'export', 'remove']);
  expect(possible('starting')).toEqual(['kill', 'rename']);
  expect(possible('stopping')).toEqual(['kill', 'rename']);
  expect(possible('preparing')).toEqual([]);
});

test('a guest that did not hear the request to power off can be asked again', () => {
  expect(possible('stopping', true)).toEqual(['stop', 'kill', 'rename']);
});

test('whatever is refused says why, and what it offers instead is possible then', () => {
  for (const state of MACHINE_STATES) {
    const machine = machineView('m', { state });
    for (const action of [...MACHINE_ACTIONS, ...OTHER_ACTIONS]) {
      const refused = refusal(action, machine);
      if (refused === null) continue;
      expect(refused.why).not.toBe('');
      if (refused.remedy) expect(refusal(refused.remedy, machine), `${action} in ${state}`).toBeNull();
    }
  }
});
