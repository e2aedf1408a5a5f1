import { Play, Plus, RotateCw, SquareTerminal, X } from 'lucide-react';
import { useEffect } from 'react';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import { useConsoles } from '../../consoles/consoles.ts';
import { TerminalView } from '../../consoles/TerminalView.tsx';
import { Button, IconButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { GuardedButton } from '../../parts/GuardedButton.tsx';
import { availability, perform } from '../actions.ts';
import { hasProcess } from '../states.ts';
import {
  chooseTerminal,
  closeShell,
  containerTerminal,
  mainKey,
  openShell,
  type Shell,
  shellTerminal,
  useTerminals,
} from '../terminals.ts';

const NO_SHELLS: readonly Shell[] = [];

/** Attaches again when the container was started again: the stream had ended with its process. */
function useAttached(container: ContainerView): void {
  const { state, startedAt } = container;
  const runs = hasProcess(state);
  useEffect(() => {
    const status = useConsoles.getState()[mainKey(container.id)];
    if (runs && status?.kind === 'detached') void containerTerminal(container).attach();
    // Only a new start is a reason to: what ended for another one says so, with a button.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [container.id, startedAt, runs]);
}

/** A line below the terminal of its own process. */
function MainState({ container }: { container: ContainerView }) {
  const status = useConsoles((statuses) => statuses[mainKey(container.id)]);
  const again = (
    <Button small icon={RotateCw} onClick={() => void containerTerminal(container).attach()}>
      Attach again
    </Button>
  );
  if (!hasProcess(container.state)) {
    return (
      <div className="console-state" role="status">
        Its process has ended.
        <Button small look="primary" icon={Play} onClick={() => perform('start', [container])}>
          Start
        </Button>
      </div>
    );
  }
  if (status?.kind === 'detached' && status.failure) {
    return <FailureNotice failure={status.failure}>{again}</FailureNotice>;
  }
  if (status?.kind === 'detached') {
    return (
      <div className="console-state" role="status">
        The terminal is detached. {again}
      </div>
    );
  }
  if (container.state === 'paused') {
    return (
      <div className="console-state" role="status">
        The container is paused.
        <Button small look="primary" icon={Play} onClick={() => perform('resume', [container])}>
          Resume
        </Button>
      </div>
    );
  }
  if (container.interactive) return null;
  return (
    <div className="console-state" role="status">
      What its process prints. Nothing can be typed: it was made without input.
      <GuardedButton
        small
        icon={SquareTerminal}
        label="Open a shell"
        availability={availability('shell', [container])}
        onClick={() => openShell(container)}
      />
    </div>
  );
}

function MainTerminal({ container }: { container: ContainerView }) {
  const known = useConsoles((statuses) => statuses[mainKey(container.id)] !== undefined);
  useAttached(container);
  if (!known && !hasProcess(container.state)) {
    return (
      <EmptyState
        icon={SquareTerminal}
        title="Nothing runs in it"
        text="Its terminal is there as soon as it is started."
      >
        <GuardedButton
          look="primary"
          icon={Play}
          label="Start"
          availability={availability('start', [container])}
          onClick={() => perform('start', [container])}
        />
      </EmptyState>
    );
  }
  return (
    <TerminalView session={containerTerminal(container)}>
      <MainState container={container} />
    </TerminalView>
  );
}

function ShellState({ container, shell }: { container: ContainerView; shell: Shell }) {
  const status = useConsoles((statuses) => statuses[shell.key]);
  if (status?.kind !== 'detached') return null;
  const buttons = (
    <>
      <GuardedButton
        small
        icon={RotateCw}
        label="Open another"
        availability={availability('shell', [container])}
        onClick={() => void shellTerminal(container.id, shell.key).attach()}
      />
      <Button small onClick={() => closeShell(container.id, shell.key)}>
        Close
      </Button>
    </>
  );
  if (status.failure) return <FailureNotice failure={status.failure}>{buttons}</FailureNotice>;
  return (
    <div className="console-state" role="status">
      The shell has ended{status.exitStatus ? ` with the status ${status.exitStatus}` : ''}. {buttons}
    </div>
  );
}

interface TabButtonProps {
  readonly title: string;
  readonly chosen: boolean;
  choose(): void;
  close?(): void;
}

function TabButton({ title, chosen, choose, close }: TabButtonProps) {
  return (
    <span className="terminal-tab" data-chosen={chosen ? '' : undefined}>
      <button type="button" className="terminal-tab-name" aria-pressed={chosen} onClick={choose}>
        {title}
      </button>
      {close && <IconButton small icon={X} label={`Close ${title}`} onClick={close} />}
    </span>
  );
}

/** The terminal of its own process, and as many shells beside it as one likes. */
export function TerminalTab({ container }: { container: ContainerView }) {
  const { id } = container;
  const shells = useTerminals((terminals) => terminals.shells[id]) ?? NO_SHELLS;
  const chosen = useTerminals(({ open }) => open[id]) ?? mainKey(id);
  const shell = shells.find(({ key }) => key === chosen);
  return (
    <div className="terminals">
      <div className="terminal-tabs" role="group" aria-label="Terminals">
        <TabButton title="Main process" chosen={!shell} choose={() => chooseTerminal(id, mainKey(id))} />
        {shells.map(({ key, title }) => (
          <TabButton
            key={key}
            title={title}
            chosen={key === chosen}
            choose={() => chooseTerminal(id, key)}
            close={() => closeShell(id, key)}
          />
        ))}
        <GuardedButton
          small
          look="quiet"
          icon={Plus}
          label="Open a shell"
          availability={availability('shell', [container])}
          onClick={() => openShell(container)}
        />
      </div>
      {shell === undefined ? (
        <MainTerminal container={container} />
      ) : (
        <TerminalView key={shell.key} session={shellTerminal(id, shell.key)}>
          <ShellState container={container} shell={shell} />
        </TerminalView>
      )}
    </div>
  );
}
