import { AppError } from '../base/errors.ts';
import type { Emitter } from '../base/emitter.ts';
import type { MachineState, MachineView } from '../contract/machines.ts';
import type { Machine } from './life/machine.ts';

/** How long guests have to power off when the service ends. */
const FAREWELL_MS = 5000;
const RUNNING: ReadonlySet<MachineState> = new Set(['starting', 'running', 'paused', 'stopping', 'suspending']);

/** It has a processor thread. */
export function isOn({ state }: Machine): boolean {
  return RUNNING.has(state);
}

/**
 * Suspends all that run. Those that power off anyway are waited for by whoever ends the service.
 * @returns names of those that are suspended now
 * @throws AppError that names each that could not be, and why; it goes on
 */
export async function suspendAll(all: readonly Machine[], doing: string): Promise<string[]> {
  const machines = all.filter((machine) => isOn(machine) && machine.state !== 'stopping');
  const outcomes = await Promise.allSettled(machines.map((machine) => machine.suspend()));
  const failures = outcomes.flatMap((outcome, index) => {
    if (outcome.status === 'fulfilled') return [];
    const because = outcome.reason instanceof AppError ? outcome.reason.because : String(outcome.reason);
    return [`${machines[index]?.name ?? ''} cannot be suspended: ${because}`];
  });
  if (failures.length === 0) return machines.map(({ name }) => name).sort();
  const hint = 'Wait or stop it, or use --force, which powers off all that run.';
  throw new AppError({ code: 'wrong-state', doing, because: failures.join('; '), hint });
}

/** Asks all guests to power off, waits a little, and takes the power from those that have not. */
export async function powerOffAll(machines: readonly Machine[], changed: Emitter<MachineView>): Promise<void> {
  await Promise.all(machines.map((machine) => farewell(machine, changed)));
  await Promise.all(machines.map((machine) => machine.settled()));
}

async function farewell(machine: Machine, changed: Emitter<MachineView>): Promise<void> {
  if (machine.state === 'running' && machine.live?.agent.state === 'ready') {
    machine.stop(FAREWELL_MS);
    await untilStopped(machine, changed);
  }
  if (isOn(machine) || machine.state === 'preparing') await machine.kill();
}

function untilStopped({ id }: Machine, changed: Emitter<MachineView>): Promise<void> {
  return new Promise((resolve) => {
    const listener = changed.on((view) => {
      if (view.id !== id || (view.state === 'stopping' && !view.stopOverdue)) return;
      listener.dispose();
      resolve();
    });
  });
}
