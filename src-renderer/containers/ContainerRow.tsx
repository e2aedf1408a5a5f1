import { ScrollText, SquareTerminal } from 'lucide-react';
import { memo } from 'react';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { Bar } from '../parts/Bar.tsx';
import { IconButton } from '../parts/Button.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { RowCheck } from '../parts/list-tools.tsx';
import { formatBytes, formatProcessors } from '../parts/quantities.ts';
import { Sparkline } from '../parts/Sparkline.tsx';
import { StateLook } from '../parts/StateLook.tsx';
import { useInventory } from '../state/inventory.ts';
import { currentPlace, goToContainer, placeHash } from '../state/place.ts';
import { ACTION_ICONS, ACTION_LABELS, availability, perform } from './actions.ts';
import type { ContainerAction } from './availability.ts';
import { ContainerMenu } from './ContainerMenu.tsx';
import { useContainerList } from './list-state.ts';
import { PortLinks } from './PortLinks.tsx';
import { containerLook, hasProcess, isOn } from './states.ts';

interface RowProps {
  readonly container: ContainerView;
  readonly open: boolean;
}

/** The one action that one wants most in this state. */
function mainAction({ state }: ContainerView): ContainerAction {
  if (state === 'paused') return 'resume';
  return isOn(state) ? 'stop' : 'start';
}

function NameLink({ container, open }: RowProps) {
  const place = currentPlace();
  const tab = place.page === 'containers' && place.container !== null ? place.tab : 'summary';
  return (
    <a
      className="machine-name"
      href={placeHash({ page: 'containers', container: container.id, tab })}
      aria-current={open ? 'true' : undefined}
    >
      {container.name}
    </a>
  );
}

/** What its processor curve is drawn against: its limit, else all processors of its node. */
function useTopProcessors({ limits, node }: ContainerView): number {
  const processors = useInventory(({ nodes }) => (node === null ? undefined : nodes[node.id]?.processors));
  return limits.cpus ?? processors ?? 1;
}

function ProcessorCurve({ container, width }: { container: ContainerView; width?: number }) {
  const history = useInventory(({ containerHistory }) => containerHistory[container.id]);
  const top = useTopProcessors(container);
  const values = (history ?? []).map(({ processorUsed }) => processorUsed);
  return <Sparkline values={values} top={top} {...(width === undefined ? {} : { width })} />;
}

function ProcessorCell({ container }: { container: ContainerView }) {
  if (!hasProcess(container.state) || container.stats === null) return <span className="faint">–</span>;
  return (
    <span className="machine-processor">
      <ProcessorCurve container={container} />
      <span className="figure">{formatProcessors(container.stats.processorUsed)}</span>
    </span>
  );
}

/** Against its limit; without one, against all memory of its node. */
function MemoryCell({ container }: { container: ContainerView }) {
  const { state, stats, limits, node, name } = container;
  const nodeBytes = useInventory(({ nodes }) => (node === null ? undefined : nodes[node.id]?.memoryBytes));
  if (!hasProcess(state) || stats === null) {
    return (
      <span className="faint">{limits.memoryBytes === null ? '–' : `limit ${formatBytes(limits.memoryBytes)}`}</span>
    );
  }
  const total = limits.memoryBytes ?? nodeBytes ?? stats.memoryBytes;
  const text =
    limits.memoryBytes === null
      ? formatBytes(stats.memoryBytes)
      : `${formatBytes(stats.memoryBytes)} of ${formatBytes(limits.memoryBytes)}`;
  return (
    <span className="machine-memory">
      <span className="figure">{text}</span>
      <Bar label={`Memory of ${name}`} text={text} value={stats.memoryBytes} total={total} />
    </span>
  );
}

export const WideRow = memo(function WideRow({ container, open }: RowProps) {
  const action = mainAction(container);
  const { id, name, image, state, ports, node } = container;
  return (
    <>
      <RowCheck list={useContainerList} row={container} />
      <span className="machine-title">
        <NameLink container={container} open={open} />
        <small>{image}</small>
      </span>
      <StateLook look={containerLook(container)} />
      <ProcessorCell container={container} />
      <MemoryCell container={container} />
      <PortLinks ports={ports} most={2} />
      <span className="container-node faint">{node?.name ?? '–'}</span>
      <span className="machine-actions">
        <GuardedButton
          label={`${ACTION_LABELS[action]} ${name}`}
          icon={ACTION_ICONS[action]}
          iconOnly
          look="quiet"
          availability={availability(action, [container])}
          onClick={() => perform(action, [container])}
        />
        {isOn(state) ? (
          <IconButton
            icon={SquareTerminal}
            label={`Terminal of ${name}`}
            onClick={() => goToContainer(id, 'terminal')}
          />
        ) : (
          <IconButton icon={ScrollText} label={`Log of ${name}`} onClick={() => goToContainer(id, 'logs')} />
        )}
        <ContainerMenu containers={[container]} />
      </span>
    </>
  );
});

export const CompactRow = memo(function CompactRow({ container, open }: RowProps) {
  return (
    <>
      <RowCheck list={useContainerList} row={container} />
      <span className="machine-title">
        <NameLink container={container} open={open} />
        <StateLook look={containerLook(container)} />
      </span>
      {hasProcess(container.state) && <ProcessorCurve container={container} width={56} />}
    </>
  );
});
