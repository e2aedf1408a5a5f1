import { create } from 'zustand';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import type { ConsoleSession } from '../consoles/console-session.ts';
import { forgetTerminal, terminalOf } from '../consoles/consoles.ts';
import { type TerminalSource, terminalStream } from '../consoles/terminal-source.ts';
import { service } from '../state/session.ts';

/** A shell that was opened in a container: a tab beside its own terminal. */
export interface Shell {
  readonly key: string;
  readonly title: string;
}

interface Terminals {
  /** By container. */
  readonly shells: Readonly<Record<string, readonly Shell[]>>;
  /** Which tab is open, by container: the key of its terminal. */
  readonly open: Readonly<Record<string, string>>;
}

export const useTerminals = create<Terminals>(() => ({ shells: {}, open: {} }));

const SHELL = ['/bin/sh'];

export function mainKey(container: string): string {
  return `container ${container}`;
}

function attachSource({ id, terminal, interactive }: ContainerView): TerminalSource {
  return {
    doing: 'attach to the container',
    linesOnly: !terminal,
    readOnly: !interactive,
    open: async (size) => {
      const stream = await service().containers.attach({ container: id, size });
      return terminalStream(stream, {
        replayBytes: stream.opened.replayBytes,
        resize: (resize) => stream.control({ resize }),
        ended: stream.result.then(({ exitStatus }) => exitStatus),
      });
    },
  };
}

function shellSource(container: string): TerminalSource {
  return {
    doing: 'open a shell in the container',
    once: true,
    open: async (size) => {
      const stream = await service().containers.exec({ container, command: SHELL, terminal: size });
      return terminalStream(stream, {
        replayBytes: 0,
        resize: (resize) => stream.control({ resize }),
        ended: stream.result.then(({ exitStatus }) => exitStatus),
      });
    },
  };
}

/** The terminal of a container's own process. */
export function containerTerminal(container: ContainerView): ConsoleSession {
  return terminalOf(mainKey(container.id), container.id, () => attachSource(container));
}

export function shellTerminal(container: string, key: string): ConsoleSession {
  return terminalOf(key, container, () => shellSource(container));
}

export function chooseTerminal(container: string, key: string): void {
  useTerminals.setState(({ open }) => ({ open: { ...open, [container]: key } }));
}

let count = 0;

/** Opens a new shell's tab; its page opens the shell itself. */
export function openShell({ id }: Pick<ContainerView, 'id'>): void {
  count += 1;
  const key = `shell ${count} in ${id}`;
  useTerminals.setState(({ shells }) => {
    const known = shells[id] ?? [];
    return { shells: { ...shells, [id]: [...known, { key, title: `Shell ${known.length + 1}` }] } };
  });
  chooseTerminal(id, key);
}

export function closeShell(container: string, key: string): void {
  useTerminals.setState(({ shells }) => ({
    shells: { ...shells, [container]: (shells[container] ?? []).filter((shell) => shell.key !== key) },
  }));
  chooseTerminal(container, mainKey(container));
  forgetTerminal(key);
}
