import type { MachineView } from '../../src-core/contract/machines.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import type { Service } from '../service/service.ts';

/** The guests that would end with the service: those that run, and those about to. */
export async function runningGuests(service: Service): Promise<readonly MachineView[]> {
  const machines = await service.handlers.machines.list({});
  return (machines as readonly MachineView[]).filter(
    ({ startedAt, state }) => startedAt !== null || state === 'starting',
  );
}

/** Saves all guests to disk. @returns why some could not be, one sentence each */
export async function suspendGuests(service: Service): Promise<readonly string[]> {
  const guests = (await runningGuests(service)).filter(({ state }) => state !== 'stopping');
  const outcomes = await Promise.allSettled(guests.map(({ id }) => service.handlers.machines.suspend({ machine: id })));
  return outcomes
    .flatMap((outcome) => (outcome.status === 'rejected' ? [toFailure(outcome.reason, 'suspend a machine')] : []))
    .map(({ doing, because }) => `Failed to ${doing}: ${because}.`);
}

const GRACE_MS = 20_000;
/** After this a guest that is still on is powered off with the service. */
const PATIENCE_MS = GRACE_MS + 1000;
const LOOK_EVERY_MS = 100;

/** Asks all guests to power off and waits until they have, or until the grace is over. Never rejects. */
export async function shutDownGuests(service: Service): Promise<void> {
  const guests = await runningGuests(service);
  const ask = async ({ id, state }: MachineView) => {
    if (state === 'paused') await service.handlers.machines.resume({ machine: id });
    if (state !== 'stopping') await service.handlers.machines.stop({ machine: id, graceMs: GRACE_MS });
  };
  await Promise.allSettled(guests.map(ask));
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline && (await runningGuests(service)).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
