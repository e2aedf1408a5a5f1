import { ArrowDown, ArrowUp } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { availability } from '../machines/actions.ts';
import { fileName } from '../machines/sources.ts';
import { IconButton } from '../parts/Button.tsx';
import { Section } from '../parts/Section.tsx';
import { bootSlots, moved } from './boot-order.ts';
import { changeHardware } from './hardware-actions.ts';
import { NeedsStop } from './NeedsStop.tsx';

/** Only a machine with a choice has an order. */
export function BootOrderSection({ machine }: { machine: MachineView }) {
  const order = bootSlots(machine);
  if (order.length < 2) return null;
  const isFixed = !availability('change-hardware', [machine]).can;
  const move = (slot: number, by: -1 | 1) => void changeHardware(machine, { bootOrder: [...moved(order, slot, by)] });
  return (
    <Section title="Boot order" text="A kernel is looked for on these disks, the first of them first.">
      <ol className="hardware">
        {order.map((slot, index) => (
          <li key={slot} className="boot-row">
            <span className="faint figure">{index + 1}</span>
            <span className="hardware-label">Disk {slot}</span>
            <code className="hardware-path">
              {fileName(machine.disks.find((disk) => disk.slot === slot)?.path ?? '')}
            </code>
            <span className="row row-tight">
              <IconButton
                small
                icon={ArrowUp}
                label={`Disk ${slot} earlier`}
                disabled={isFixed || index === 0}
                onClick={() => move(slot, -1)}
              />
              <IconButton
                small
                icon={ArrowDown}
                label={`Disk ${slot} later`}
                disabled={isFixed || index === order.length - 1}
                onClick={() => move(slot, 1)}
              />
            </span>
          </li>
        ))}
      </ol>
      <NeedsStop machine={machine} change="change-hardware" what="its boot order" />
    </Section>
  );
}
