import { SquareTerminal } from 'lucide-react';
import { memo } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Bar } from '../parts/Bar.tsx';
import { IconButton } from '../parts/Button.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { RowCheck } from '../parts/list-tools.tsx';
import { formatBytes, formatProcessors } from '../parts/quantities.ts';
import { Sparkline } from '../parts/Sparkline.tsx';
import { useInventory } from '../state/inventory.ts';
import { currentPlace, goToMachine, placeHash } from '../state/place.ts';
import { ACTION_ICONS, ACTION_LABELS, availability, perform } from './actions.ts';
import type { MachineAction } from './availability.ts';
import { useListState } from './list-state.ts';
import { MachineMenu } from './MachineMenu.tsx';
import { StateBadge } from './StateBadge.tsx';
import { sourceText } from './sources.ts';
import { isOn } from './states.ts';

interface RowProps {
  readonly machine: MachineView;
  readonly open: boolean;
}

/** The one action that one wants most in this state. */
function mainAction({ state }: MachineView): MachineAction {
  if (state === 'paused' || state === 'suspended') return 'resume';
  return isOn(state) ? 'stop' : 'start';
}

function NameLink({ machine, open }: RowProps) {
  const place = currentPlace();
  const tab = place.page === 'machines' && place.machine !== null ? place.tab : 'summary';
  return (
    <a
      className="machine-name"
      href={placeHash({ page: 'machines', machine: machine.id, tab })}
      aria-current={open ? 'true' : undefined}
    >
      {machine.name}
    </a>
  );
}

function ProcessorCell({ machine }: { machine: MachineView }) {
  const history = useInventory(({ machineHistory }) => machineHistory[machine.id]);
  if (!isOn(machine.state) || machine.stats === null) return <span className="faint">–</span>;
  const used = machine.stats.processorUsed;
  return (
    <span className="machine-processor">
      <Sparkline values={(history ?? []).map((sample) => sample.processorUsed)} top={machine.processors} />
      <span className="figure">{formatProcessors(used)}</span>
    </span>
  );
}

function MemoryCell({ machine }: { machine: MachineView }) {
  const total = formatBytes(machine.memoryBytes);
  if (!isOn(machine.state) || machine.stats === null) return <span className="faint">{total}</span>;
  const used = machine.stats.memoryUsedBytes;
  const text = `${formatBytes(used)} of ${total}`;
  return (
    <span className="machine-memory">
      <span className="figure">{text}</span>
      <Bar label={`Memory of ${machine.name}`} text={text} value={used} total={machine.memoryBytes} />
    </span>
  );
}

/** The first card's; the summary has all. */
function AddressCell({ machine }: { machine: MachineView }) {
  const [first, ...others] = machine.cards;
  if (!first) return <span className="faint">–</span>;
  return (
    <span className={isOn(machine.state) && first.connected ? 'machine-address' : 'machine-address faint'}>
      {first.address ?? '–'}
      {others.length > 0 && <span className="faint"> +{others.length}</span>}
    </span>
  );
}

const AGENT_WORDS = { absent: 'None', waiting: 'Waiting', ready: 'Ready' } as const;

export const WideRow = memo(function WideRow({ machine, open }: RowProps) {
  const action = mainAction(machine);
  return (
    <>
      <RowCheck list={useListState} row={machine} />
      <span className="machine-title">
        <NameLink machine={machine} open={open} />
        <small>{sourceText(machine.source)}</small>
      </span>
      <StateBadge state={machine.state} />
      <ProcessorCell machine={machine} />
      <MemoryCell machine={machine} />
      <AddressCell machine={machine} />
      <span className="machine-agent faint">{isOn(machine.state) ? AGENT_WORDS[machine.agent] : '–'}</span>
      <span className="machine-actions">
        <GuardedButton
          label={`${ACTION_LABELS[action]} ${machine.name}`}
          icon={ACTION_ICONS[action]}
          iconOnly
          look="quiet"
          availability={availability(action, [machine])}
          onClick={() => perform(action, [machine])}
        />
        <IconButton
          icon={SquareTerminal}
          label={`Console of ${machine.name}`}
          onClick={() => goToMachine(machine.id, 'console')}
        />
        <MachineMenu machines={[machine]} />
      </span>
    </>
  );
});

export const CompactRow = memo(function CompactRow({ machine, open }: RowProps) {
  const history = useInventory(({ machineHistory }) => machineHistory[machine.id]);
  return (
    <>
      <RowCheck list={useListState} row={machine} />
      <span className="machine-title">
        <NameLink machine={machine} open={open} />
        <StateBadge state={machine.state} />
      </span>
      {isOn(machine.state) && (
        <Sparkline values={(history ?? []).map((sample) => sample.processorUsed)} top={machine.processors} width={56} />
      )}
    </>
  );
});
