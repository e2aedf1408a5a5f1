import { Minimize2, Play, RotateCw, Unplug } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button, IconButton } from '../parts/Button.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { perform } from '../machines/actions.ts';
import { PreparationProgress } from '../tasks/PreparationProgress.tsx';
import { consoleOf, useConsoles } from './consoles.ts';
import { ConsoleSearch } from './ConsoleSearch.tsx';
import { leaveFullScreen, toggleFullScreen, useConsoleView } from './console-view.ts';

function TerminalBox({ machine }: { machine: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return;
    const session = consoleOf(machine);
    const hide = session.show(box.current);
    session.terminal.focus();
    return hide;
  }, [machine]);
  return <div ref={box} className="terminal-box" />;
}

/** A line below the terminal that says why nothing comes, and what to do. */
function ConsoleState({ machine }: { machine: MachineView }) {
  const status = useConsoles((statuses) => statuses[machine.id]);
  if (status?.kind === 'detached') {
    const again = (
      <Button small icon={RotateCw} onClick={() => void consoleOf(machine.id).attach()}>
        Attach again
      </Button>
    );
    if (status.failure) return <FailureNotice failure={status.failure}>{again}</FailureNotice>;
    return (
      <div className="console-state" role="status">
        <Unplug size={16} aria-hidden /> The console is detached. {again}
      </div>
    );
  }
  if (machine.state === 'stopped' || machine.state === 'failed') {
    return (
      <div className="console-state" role="status">
        {machine.state === 'failed' ? 'The machine has failed.' : 'The machine is stopped.'}
        <Button small look="primary" icon={Play} onClick={() => perform('start', [machine])}>
          Start
        </Button>
      </div>
    );
  }
  if (machine.state === 'paused' || machine.state === 'suspended') {
    return (
      <div className="console-state" role="status">
        The machine is {machine.state}.
        <Button small look="primary" icon={Play} onClick={() => perform('resume', [machine])}>
          Resume
        </Button>
      </div>
    );
  }
  return null;
}

export function ConsoleTab({ machine }: { machine: MachineView }) {
  const [searching, setSearching] = useState(false);
  const { fullScreen, searchAsked } = useConsoleView();
  const [answered, setAnswered] = useState(searchAsked);
  useEffect(() => leaveFullScreen, []);
  if (searchAsked !== answered) {
    setAnswered(searchAsked);
    setSearching(true);
  }
  if (machine.state === 'preparing') {
    return (
      <div className="console-preparing">
        <PreparationProgress taskId={machine.task} />
        <p className="faint">The machine starts as soon as its image is ready, and its console appears here.</p>
      </div>
    );
  }
  return (
    <div className="console" data-full={fullScreen ? '' : undefined}>
      {fullScreen && !searching && (
        <div className="console-leave">
          <IconButton small icon={Minimize2} label="Leave full screen" keys="F11" onClick={toggleFullScreen} />
        </div>
      )}
      {searching && (
        <ConsoleSearch
          session={consoleOf(machine.id)}
          onClose={() => {
            setSearching(false);
            consoleOf(machine.id).terminal.focus();
          }}
        />
      )}
      <TerminalBox machine={machine.id} />
      <ConsoleState machine={machine} />
    </div>
  );
}
