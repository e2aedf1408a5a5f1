import { useState } from 'react';
import type { HostView } from '../../src-core/contract/host.ts';
import { type MachineView, MIN_MEMORY_BYTES } from '../../src-core/contract/machines.ts';
import { availability } from '../machines/actions.ts';
import { useCatalog } from '../machines/create/useCatalog.ts';
import { Button } from '../parts/Button.tsx';
import { countOf, formatBytes } from '../parts/quantities.ts';
import { Section } from '../parts/Section.tsx';
import { StopSlider } from '../parts/StopSlider.tsx';
import { useInventory } from '../state/inventory.ts';
import { LimitSlider } from './LimitSlider.tsx';
import { changeHardware } from './hardware-actions.ts';
import { memoryStops, processorStops, withStop } from './memory-stops.ts';
import { NeedsStop } from './NeedsStop.tsx';
import { memoryWarning, processorWarning, type Wanted } from './over-promise.ts';

interface SizeProps {
  readonly machine: MachineView;
  readonly host: HostView;
}

function useLeastMemory({ source }: MachineView): number {
  const { data: entries } = useCatalog();
  const entry = source.kind === 'image' ? entries?.find(({ name }) => name === source.image) : undefined;
  return entry?.minimumMemoryBytes ?? MIN_MEMORY_BYTES;
}

/** What the sliders were set to, until it is applied or given up; what the machine has meanwhile shows through. */
function useWanted(machine: MachineView) {
  const [draft, setDraft] = useState<Partial<Wanted>>({});
  const { processors, memoryBytes } = machine;
  const wanted: Wanted = { processors, memoryBytes, ...draft };
  const changed = {
    ...(wanted.processors === processors ? {} : { processors: wanted.processors }),
    ...(wanted.memoryBytes === memoryBytes ? {} : { memoryBytes: wanted.memoryBytes }),
  };
  return { wanted, changed, set: setDraft, reset: () => setDraft({}) };
}

/** Completes "Stop the machine to change …". */
const NEEDS_STOP = 'its processors and the memory that it starts with';

function Sliders({ machine, host }: SizeProps) {
  const others = Object.values(useInventory(({ machines }) => machines)).filter(({ id }) => id !== machine.id);
  const { wanted, changed, set, reset } = useWanted(machine);
  const [busy, setBusy] = useState(false);
  const least = useLeastMemory(machine);
  const isFixed = !availability('change-hardware', [machine]).can;
  // A run has all the memory that it ever can have when it begins.
  const most = machine.memoryAtStartBytes ?? host.limits.memoryBytes;
  const isChanged = Object.keys(changed).length > 0;

  async function apply(): Promise<void> {
    setBusy(true);
    if (await changeHardware(machine, changed)) reset();
    setBusy(false);
  }

  return (
    <>
      <div className="hardware-sliders">
        <StopSlider
          label="Memory"
          stops={withStop(memoryStops(least, most), machine.memoryBytes)}
          value={wanted.memoryBytes}
          disabled={!availability('change-memory', [machine]).can}
          format={formatBytes}
          warning={isChanged ? memoryWarning(wanted, others, host) : undefined}
          hint={
            machine.memoryAtStartBytes === null
              ? undefined
              : `It was started with ${formatBytes(machine.memoryAtStartBytes)}: the guest gives back what is more than it may have.`
          }
          onChange={(memoryBytes) => set((before) => ({ ...before, memoryBytes }))}
        />
        <StopSlider
          label="Processors"
          stops={withStop(processorStops(host.limits.processors), machine.processors)}
          value={wanted.processors}
          disabled={isFixed}
          format={(count) => countOf(count, 'processor')}
          warning={isChanged ? processorWarning(wanted, others, host) : undefined}
          onChange={(processors) => set((before) => ({ ...before, processors }))}
        />
      </div>
      <NeedsStop machine={machine} change="change-hardware" what={NEEDS_STOP} />
      {isChanged && (
        <div className="row row-tight">
          <Button look="primary" disabled={busy} onClick={() => void apply()}>
            Apply
          </Button>
          <Button disabled={busy} onClick={reset}>
            Reset
          </Button>
        </div>
      )}
    </>
  );
}

/** How large the machine is: set with the sliders, and applied together. The limit needs no applying. */
export function SizeSection({ machine }: { machine: MachineView }) {
  const host = useInventory((inventory) => inventory.host);
  return (
    <Section title="Memory and processors">
      {host && <Sliders machine={machine} host={host} />}
      <LimitSlider machine={machine} />
    </Section>
  );
}
