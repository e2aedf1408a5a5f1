import { useState } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { CpuLimitSlider } from './CpuLimitSlider.tsx';
import { changeHardware } from './hardware-actions.ts';

/** Takes effect while one looks: the curve on the summary tab bends. */
export function LimitSlider({ machine }: { machine: MachineView }) {
  const [dragged, setDragged] = useState<number | null | undefined>();

  /** A key pressed while the one before is still on its way means the newer value: only that one ends the drag. */
  async function commit(cpuLimit: number | null): Promise<void> {
    await changeHardware(machine, { cpuLimit });
    setDragged((newest) => (newest === cpuLimit ? undefined : newest));
  }

  return (
    <CpuLimitSlider
      value={dragged === undefined ? machine.cpuLimit : dragged}
      hint="Of one processor of this computer, for each of its own. Applies at once, also while it runs."
      onChange={setDragged}
      onCommit={(limit) => void commit(limit)}
    />
  );
}
