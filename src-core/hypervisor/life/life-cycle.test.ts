import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { MACHINE_STATES } from '../../contract/machines.ts';
import { afterHappening, afterRequest, allowed } from './life-cycle.ts';
import type { Happening, Request } from './life-cycle.ts';

const REQUESTS: Request[] = ['start', 'stop', 'kill', 'pause', 'resume', 'suspend', 'discard', 'restart', 'rename'];
REQUESTS.push('remove', 'share folders with');
const HAPPENINGS: Happening[] = ['image-missing', 'prepared', 'prepared-to-start', 'preparation-failed'];
HAPPENINGS.push('launched', 'launch-failed', 'powered-off', 'reset', 'failed', 'resume-failed', 'suspended');
HAPPENINGS.push('suspend-failed', 'suspend-failed-paused');

describe('the life of a machine', () => {
  it('answers every request in every state with a state, or a refusal that says why', () => {
    for (const state of MACHINE_STATES) {
      for (const request of REQUESTS) {
        try {
          expect(MACHINE_STATES).toContain(afterRequest(state, request, 'web'));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.code).toBe('wrong-state');
          expect(error.message).toMatch(new RegExp(`^Failed to ${request} machine web: its? `));
        }
      }
    }
  });

  it('says what would help wherever a request is refused, except where the wish is already fulfilled', () => {
    const fulfilled = new Set(['start running', 'start starting', 'pause paused', 'resume running', 'resume starting']);
    for (const nothing of ['stop', 'kill', 'pause', 'resume']) fulfilled.add(`${nothing} preparing`);
    fulfilled.add('suspend suspending').add('suspend suspended');
    for (const state of ['stopped', 'failed']) fulfilled.add(`stop ${state}`).add(`kill ${state}`);
    fulfilled.add('resume stopping').add('restart preparing');
    for (const state of MACHINE_STATES) {
      for (const request of REQUESTS) {
        if (allowed(state, request) !== null || fulfilled.has(`${request} ${state}`)) continue;
        expect(() => afterRequest(state, request, 'web')).toThrow(
          expect.objectContaining({ hint: expect.stringMatching(/\.$/) }),
        );
      }
    }
  });

  it('takes the power from every machine that has some, and from no other', () => {
    for (const state of MACHINE_STATES) {
      expect(allowed(state, 'kill')).toBe(state === 'stopped' || state === 'failed' ? null : 'stopped');
    }
  });

  it('lets nothing happen that is not in the table', () => {
    for (const state of MACHINE_STATES) {
      for (const happening of HAPPENINGS) {
        try {
          expect(MACHINE_STATES).toContain(afterHappening(state, happening));
        } catch (error) {
          expect((error as Error).name).toBe('BugError');
        }
      }
    }
    expect(() => afterHappening('stopped', 'powered-off')).toThrow('a machine that is stopped cannot be powered-off');
  });

  it('leads back to stopped from wherever a machine can get to', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...REQUESTS, ...HAPPENINGS), { maxLength: 30 }), (steps) => {
        let state: (typeof MACHINE_STATES)[number] = 'stopped';
        for (const step of steps) {
          try {
            state = REQUESTS.includes(step as Request)
              ? afterRequest(state, step as Request, 'web')
              : afterHappening(state, step as Happening);
          } catch {
            continue;
          }
        }
        expect(allowed(state, 'kill') ?? state).toMatch(/^(stopped|failed)$/);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
