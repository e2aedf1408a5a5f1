import { useState } from 'react';
import { type Failure, toFailure } from '../../../src-core/contract/failures.ts';
import type { EngineSettings } from '../../../src-core/contract/containers.ts';
import { memoryStops, processorStops, withStop } from '../../hardware/memory-stops.ts';
import { FailureNotice } from '../../parts/Failure.tsx';
import { countOf, formatBytes, formatDuration } from '../../parts/quantities.ts';
import { Section } from '../../parts/Section.tsx';
import { StopSlider } from '../../parts/StopSlider.tsx';
import { useInventory } from '../../state/inventory.ts';
import { LEAST_NODE_BYTES, MOST_NODE_PROCESSORS } from './sizes.ts';
import { useEngineChange, useEngineSettings } from './useEngineSettings.ts';

const NODE_COUNTS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
const MINUTE_MS = 60_000;
const IDLE_STOPS = [10_000, 30_000, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS, 24 * 60 * MINUTE_MS];

/** "1 min", "1 h": the stops are whole. */
function idleText(ms: number): string {
  return formatDuration(ms).replace(/ 0 (?:s|min|h)$/, '');
}

function Sliders({ settings, change }: { settings: EngineSettings; change(change: Partial<EngineSettings>): void }) {
  const host = useInventory((inventory) => inventory.host);
  const [dragged, setDragged] = useState<Partial<EngineSettings>>({});
  const { nodeMemoryBytes, nodeProcessors, mostNodes, idleMs } = { ...settings, ...dragged };
  const drag = (changed: Partial<EngineSettings>) => setDragged((before) => ({ ...before, ...changed }));
  const all = nodeMemoryBytes * mostNodes;
  const warning =
    host !== null && all > host.memory.total
      ? `Together the nodes could have ${formatBytes(all)}, more than the ${formatBytes(host.memory.total)} of this computer.`
      : undefined;
  return (
    <div className="hardware-sliders">
      <StopSlider
        label="Memory of a new node"
        stops={withStop(memoryStops(LEAST_NODE_BYTES, host?.limits.memoryBytes ?? nodeMemoryBytes), nodeMemoryBytes)}
        value={nodeMemoryBytes}
        format={formatBytes}
        onChange={(value) => drag({ nodeMemoryBytes: value })}
        onCommit={(value) => change({ nodeMemoryBytes: value })}
      />
      <StopSlider
        label="Processors of a new node"
        stops={processorStops(Math.min(MOST_NODE_PROCESSORS, host?.limits.processors ?? nodeProcessors))}
        value={nodeProcessors}
        format={(count) => countOf(count, 'processor')}
        onChange={(value) => drag({ nodeProcessors: value })}
        onCommit={(value) => change({ nodeProcessors: value })}
      />
      <StopSlider
        label="Most nodes"
        stops={withStop(NODE_COUNTS, mostNodes)}
        value={mostNodes}
        format={(count) => countOf(count, 'node')}
        warning={warning}
        hint="As many as the engine makes by itself, when a container fits on none that is there."
        onChange={(value) => drag({ mostNodes: value })}
        onCommit={(value) => change({ mostNodes: value })}
      />
      <StopSlider
        label="Goes to sleep after"
        stops={withStop(IDLE_STOPS, idleMs)}
        value={idleMs}
        format={idleText}
        hint="Without running containers. It is there again in a moment."
        onChange={(value) => drag({ idleMs: value })}
        onCommit={(value) => change({ idleMs: value })}
      />
    </div>
  );
}

/** How the engine makes and keeps its nodes. */
export function EngineSettingsSection() {
  const { data, error } = useEngineSettings();
  const change = useEngineChange();
  const problem = error ?? change.error;
  const failure: Failure | null = problem === null ? null : toFailure(problem, 'change the container engine');
  return (
    <Section title="Engine" text="For the nodes that it makes from now on.">
      {failure && <FailureNotice failure={failure} />}
      {data && <Sliders key={JSON.stringify(data)} settings={data} change={(changed) => change.mutate(changed)} />}
    </Section>
  );
}
