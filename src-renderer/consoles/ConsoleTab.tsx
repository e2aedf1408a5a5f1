import { Play, RotateCw, Unplug } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button } from '../parts/Button.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { perform } from '../machines/actions.ts';
import { PreparationProgress } from '../tasks/PreparationProgress.tsx';
import { consoleOf, useConsoles } from './consoles.ts';
import { TerminalView } from './TerminalView.tsx';

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
  if (machine.state === 'preparing') {
    return (
      <div className="console-preparing">
        <PreparationProgress taskId={machine.task} />
        <p className="faint">The machine starts as soon as its image is ready, and its console appears here.</p>
      </div>
    );
  }
  return (
    <TerminalView session={consoleOf(machine.id)}>
      <ConsoleState machine={machine} />
    </TerminalView>
  );
}
