import { useState } from 'react';
import { memoryStops, processorStops, withStop } from '../../hardware/memory-stops.ts';
import { FormDialog, showDialog } from '../../parts/dialogs.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { StopSlider } from '../../parts/StopSlider.tsx';
import { tellDone } from '../../parts/tell.ts';
import { useInventory } from '../../state/inventory.ts';
import { service } from '../../state/session.ts';
import { LEAST_NODE_BYTES, MOST_NODE_PROCESSORS } from './sizes.ts';
import { useEngineSettings } from './useEngineSettings.ts';

function AddNodeDialog() {
  const host = useInventory((inventory) => inventory.host);
  const { data } = useEngineSettings();
  const [memory, setMemory] = useState<number | null>(null);
  const [processors, setProcessors] = useState<number | null>(null);
  const memoryBytes = memory ?? data?.nodeMemoryBytes ?? 1024 ** 3;
  const count = processors ?? data?.nodeProcessors ?? 1;
  const mostMemory = host?.limits.memoryBytes ?? 4 * 1024 ** 3;
  const mostProcessors = Math.min(MOST_NODE_PROCESSORS, host?.limits.processors ?? 1);
  return (
    <FormDialog
      title="Add a node"
      text="A small machine whose kernel runs containers. The engine adds nodes by itself as containers need them; one of another size is added here."
      verb="Add node"
      doing="add a node"
      submit={async () => {
        const node = await service().nodes.add({ memoryBytes, processors: count });
        tellDone(`Node ${node.name} is ready`);
      }}
    >
      <StopSlider
        label="Memory"
        stops={withStop(memoryStops(LEAST_NODE_BYTES, mostMemory), memoryBytes)}
        value={memoryBytes}
        format={formatBytes}
        onChange={setMemory}
      />
      <StopSlider
        label="Processors"
        stops={processorStops(mostProcessors)}
        value={count}
        format={(number) => countOf(number, 'processor')}
        onChange={setProcessors}
      />
    </FormDialog>
  );
}

export function askAddNode(): void {
  showDialog(<AddNodeDialog />);
}
