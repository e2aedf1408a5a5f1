import { useState } from 'react';
import type { MachineDiskView, MachineView } from '../../src-core/contract/machines.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { formatBytes } from '../parts/quantities.ts';
import { StopSlider } from '../parts/StopSlider.tsx';
import { service } from '../state/session.ts';
import { growthStops } from './disk-stops.ts';
import { diskName } from './hardware-actions.ts';

function GrowDialog({ machine, disk }: { machine: MachineView; disk: MachineDiskView }) {
  const now = disk.sizeBytes ?? 0;
  const stops = growthStops(now);
  const [sizeBytes, setSize] = useState(() => stops.find((stop) => stop >= 2 * now) ?? stops.at(-1) ?? now);
  return (
    <FormDialog
      title={`Grow ${diskName(disk)} of ${machine.name}`}
      text={`It has ${formatBytes(now)}. A disk cannot be made smaller again. The guest sees the room at once; its partition and file system still have to be grown in the guest, as with growpart and resize2fs.`}
      verb="Grow"
      doing={`grow ${diskName(disk)} of machine ${machine.name}`}
      blocked={stops.length === 0}
      submit={() => service().machines.growDisk({ machine: machine.id, slot: disk.slot, sizeBytes })}
    >
      <StopSlider label="New size" stops={stops} value={sizeBytes} format={formatBytes} onChange={setSize} />
    </FormDialog>
  );
}

export function askGrow(machine: MachineView, disk: MachineDiskView): void {
  showDialog(<GrowDialog machine={machine} disk={disk} />);
}
