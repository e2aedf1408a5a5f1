import { create } from 'zustand';
import { useInventory } from '../state/inventory.ts';
import { useSession } from '../state/session.ts';
import { ConsoleSession, type ConsoleStatus } from './console-session.ts';

const sessions = new Map<string, ConsoleSession>();

/** How each machine's console is connected, by the machine's id. */
export const useConsoles = create<Readonly<Record<string, ConsoleStatus>>>(() => ({}));

/** The console of a machine; opened when it is first asked for, and kept. */
export function consoleOf(machine: string): ConsoleSession {
  const known = sessions.get(machine);
  if (known !== undefined) return known;
  const session = new ConsoleSession(machine, (status) => useConsoles.setState({ [machine]: status }));
  sessions.set(machine, session);
  void session.attach();
  return session;
}

function forget(machine: string): void {
  sessions.get(machine)?.dispose();
  sessions.delete(machine);
  useConsoles.setState((statuses) => {
    const { [machine]: _gone, ...rest } = statuses;
    return rest;
  }, true);
}

/** Attaches all consoles again after each new connection, and lets go of those of deleted machines. */
export function keepConsoles(): void {
  useSession.subscribe((now, before) => {
    if (now.generation === before.generation) return;
    for (const session of sessions.values()) void session.attach();
  });
  useInventory.subscribe((now, before) => {
    if (now.machines === before.machines) return;
    for (const id of [...sessions.keys()]) if (now.machines[id] === undefined) forget(id);
  });
}
