import { create } from 'zustand';
import { useInventory } from '../state/inventory.ts';
import { service, useSession } from '../state/session.ts';
import { ConsoleSession, type ConsoleStatus } from './console-session.ts';
import { type TerminalSource, terminalStream } from './terminal-source.ts';

interface Kept {
  readonly session: ConsoleSession;
  /** Id of the machine or container that it goes with; null: of neither. */
  readonly guest: string | null;
}

const kept = new Map<string, Kept>();

/** How each terminal is connected, by its key: a machine's is the machine's id. */
export const useConsoles = create<Readonly<Record<string, ConsoleStatus>>>(() => ({}));

/** The terminal of a key; opened when it is first asked for, and kept until its guest is deleted. */
export function terminalOf(key: string, guest: string | null, source: () => TerminalSource): ConsoleSession {
  const known = kept.get(key);
  if (known !== undefined) return known.session;
  const session = new ConsoleSession(source(), (status) => useConsoles.setState({ [key]: status }));
  kept.set(key, { session, guest });
  void session.attach();
  return session;
}

function machineSource(machine: string): TerminalSource {
  return {
    doing: 'open the console',
    open: async (size) => {
      const stream = await service().machines.console({ machine, size });
      return terminalStream(stream, {
        replayBytes: stream.opened.scrollbackBytes,
        resize: (resize) => stream.control({ resize }),
        ended: stream.result.then(() => null),
      });
    },
  };
}

/** The console of a machine. */
export function consoleOf(machine: string): ConsoleSession {
  return terminalOf(machine, machine, () => machineSource(machine));
}

export function forgetTerminal(key: string): void {
  kept.get(key)?.session.dispose();
  kept.delete(key);
  useConsoles.setState((statuses) => {
    const { [key]: _gone, ...rest } = statuses;
    return rest;
  }, true);
}

/** Attaches all terminals again after each new connection, and lets go of those of deleted guests. */
export function keepConsoles(): void {
  useSession.subscribe((now, before) => {
    if (now.generation === before.generation) return;
    for (const { session } of kept.values()) if (!session.source.once) void session.attach();
  });
  useInventory.subscribe((now, before) => {
    if (now.machines === before.machines && now.containers === before.containers) return;
    const isThere = (guest: string) => now.machines[guest] !== undefined || now.containers[guest] !== undefined;
    for (const [key, { guest }] of [...kept]) if (guest !== null && !isThere(guest)) forgetTerminal(key);
  });
}
