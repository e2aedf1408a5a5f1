import type { ContainerLimits, ContainerView } from '../../src-core/contract/containers.ts';
import { formatBytes, formatProcessors } from '../parts/quantities.ts';
import { StopSlider } from '../parts/StopSlider.tsx';
import { useInventory } from '../state/inventory.ts';
import {
  diskLimitStops,
  memoryLimitStops,
  NO_LIMIT,
  processLimitStops,
  processorLimitStops,
  withLimit,
} from './limit-stops.ts';

interface LimitFieldsProps {
  readonly limits: ContainerLimits;
  /** Of the others, for what is promised to all together. */
  readonly containers: readonly ContainerView[];
  onChange(limits: Partial<ContainerLimits>): void;
  onCommit?(limits: Partial<ContainerLimits>): void;
}

interface LimitSliderProps {
  readonly label: string;
  readonly stops: readonly number[];
  readonly value: number | null;
  readonly hint?: string;
  readonly warning?: string | undefined;
  format(value: number): string;
  onChange(value: number | null): void;
  onCommit(value: number | null): void;
}

function LimitSlider({ stops, value, format, onChange, onCommit, ...rest }: LimitSliderProps) {
  const limit = (stop: number) => (stop === NO_LIMIT ? null : stop);
  return (
    <StopSlider
      {...rest}
      stops={withLimit(stops, value)}
      value={value ?? NO_LIMIT}
      format={(stop) => (stop === NO_LIMIT ? 'No limit' : format(stop))}
      onChange={(stop) => onChange(limit(stop))}
      onCommit={(stop) => onCommit(limit(stop))}
    />
  );
}

const DEFAULT_NODE = { memoryBytes: 1024 ** 3, processors: 2 };

/** The largest node there is: what does not fit there fits nowhere yet. */
function useLargestNode() {
  const nodes = Object.values(useInventory((inventory) => inventory.nodes));
  if (nodes.length === 0) return DEFAULT_NODE;
  return {
    memoryBytes: Math.max(...nodes.map(({ memoryBytes }) => memoryBytes)),
    processors: Math.max(...nodes.map(({ processors }) => processors)),
  };
}

/** Says when all containers together are promised more than this computer has. */
function useMemoryWarning(wanted: number | null, others: readonly ContainerView[]): string | undefined {
  const host = useInventory((inventory) => inventory.host);
  if (wanted === null || host === null) return undefined;
  const promised = others.reduce((sum, { limits }) => sum + (limits.memoryBytes ?? 0), wanted);
  if (promised <= host.memory.total) return undefined;
  return `All containers together would have ${formatBytes(promised)}, more than the ${formatBytes(host.memory.total)} of this computer: not all of them can run at once.`;
}

/** What the kernel keeps a container to. */
export function LimitFields({ limits, containers, onChange, onCommit = () => undefined }: LimitFieldsProps) {
  const { memoryBytes: mostMemory, processors } = useLargestNode();
  const { memoryBytes, cpus, diskBytes, pids } = limits;
  return (
    <div className="hardware-sliders">
      <LimitSlider
        label="Memory"
        stops={memoryLimitStops(mostMemory)}
        value={memoryBytes}
        format={formatBytes}
        warning={useMemoryWarning(memoryBytes, containers)}
        hint="Beyond it the kernel ends its process."
        onChange={(value) => onChange({ memoryBytes: value })}
        onCommit={(value) => onCommit({ memoryBytes: value })}
      />
      <LimitSlider
        label="Processors"
        stops={processorLimitStops(processors)}
        value={cpus}
        format={formatProcessors}
        hint="Of its node’s processors: 100 % is one of them."
        onChange={(value) => onChange({ cpus: value })}
        onCommit={(value) => onCommit({ cpus: value })}
      />
      <LimitSlider
        label="Disk"
        stops={diskLimitStops}
        value={diskBytes}
        format={formatBytes}
        hint="What it may write beyond its image and its volumes."
        onChange={(value) => onChange({ diskBytes: value })}
        onCommit={(value) => onCommit({ diskBytes: value })}
      />
      <LimitSlider
        label="Processes"
        stops={processLimitStops}
        value={pids}
        format={String}
        hint="Ends a fork bomb before it begins."
        onChange={(value) => onChange({ pids: value })}
        onCommit={(value) => onCommit({ pids: value })}
      />
    </div>
  );
}
