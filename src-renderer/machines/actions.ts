import {
  Cable,
  Camera,
  CirclePause,
  CirclePlay,
  CirclePower,
  Copy,
  Eraser,
  EthernetPort,
  FileDown,
  FolderOpen,
  GitFork,
  HardDrive,
  History,
  type LucideIcon,
  MemoryStick,
  Moon,
  OctagonX,
  Package,
  Pencil,
  Play,
  RotateCw,
  SlidersHorizontal,
  Trash2,
} from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { type Availability, available } from '../parts/GuardedButton.tsx';
import { attempt } from '../parts/attempt.ts';
import { tellUndoable } from '../parts/tell.ts';
import { countOf } from '../parts/quantities.ts';
import { currentPlace, goToMachine } from '../state/place.ts';
import { service } from '../state/session.ts';
import { type MachineAction, refusal } from './availability.ts';
import { askSaveAsImage } from '../images/SaveImageDialog.tsx';
import { takeSnapshots } from '../snapshots/snapshot-actions.ts';
import { askClone } from './CloneDialog.tsx';
import { askExport } from './ExportDialog.tsx';
import { askFork } from './ForkDialog.tsx';
import { askNewName } from './RenameDialog.tsx';

export const ACTION_LABELS: Record<MachineAction, string> = {
  start: 'Start',
  resume: 'Resume',
  pause: 'Pause',
  suspend: 'Suspend',
  discard: 'Discard saved state',
  stop: 'Stop',
  restart: 'Restart',
  kill: 'Force power off',
  snapshot: 'Take snapshot',
  'restore-snapshot': 'Restore a snapshot',
  clone: 'Clone…',
  fork: 'Fork…',
  rename: 'Rename…',
  'save-image': 'Save as image…',
  export: 'Export…',
  'change-hardware': 'Change hardware',
  'change-memory': 'Change memory',
  'change-disks': 'Change disks',
  'change-shares': 'Change shared folders',
  'change-cards': 'Change network cards',
  'change-connections': 'Change cables and forwarded ports',
  remove: 'Delete',
};

export const ACTION_ICONS: Record<MachineAction, LucideIcon> = {
  start: Play,
  resume: CirclePlay,
  pause: CirclePause,
  suspend: Moon,
  discard: Eraser,
  stop: CirclePower,
  restart: RotateCw,
  kill: OctagonX,
  snapshot: Camera,
  'restore-snapshot': History,
  clone: Copy,
  fork: GitFork,
  rename: Pencil,
  'save-image': Package,
  export: FileDown,
  'change-hardware': SlidersHorizontal,
  'change-memory': MemoryStick,
  'change-disks': HardDrive,
  'change-shares': FolderOpen,
  'change-cards': EthernetPort,
  'change-connections': Cable,
  remove: Trash2,
};

const VERBS: Partial<Record<MachineAction, string>> = { kill: 'power off', discard: 'discard the saved state of' };

/** Deletes at once, and really when the toast with Undo has gone. */
export async function removeMachines(machines: readonly MachineView[]): Promise<void> {
  const removed: MachineView[] = [];
  for (const machine of machines) {
    const done = await attempt(`delete machine ${machine.name}`, () =>
      service().machines.remove({ machine: machine.id }),
    );
    if (done) removed.push(machine);
  }
  const [first] = removed;
  if (first === undefined) return;
  const place = currentPlace();
  if (place.page === 'machines' && removed.some(({ id }) => id === place.machine)) goToMachine(null);
  const each = (verb: string, work: (id: string) => Promise<unknown>) => {
    for (const { id, name } of removed) void attempt(`${verb} machine ${name}`, () => work(id));
  };
  tellUndoable(
    removed.length === 1 ? `Machine ${first.name} is deleted` : `${countOf(removed.length, 'machine')} are deleted`,
    () => each('bring back', (id) => service().machines.restore({ id })),
    () => each('delete', (id) => service().machines.purge({ id })),
  );
}

const goToNetworkTab = ({ id }: MachineView) => goToMachine(id, 'network');
const goToHardware = ({ id }: MachineView) => goToMachine(id, 'hardware');

/** What asks for more than a machine asks for one machine's. */
const ASKS: Partial<Record<MachineAction, (machine: MachineView) => void>> = {
  rename: askNewName,
  clone: (machine) => askClone(machine, null),
  fork: askFork,
  'save-image': (machine) => askSaveAsImage(machine, null),
  export: askExport,
  'restore-snapshot': ({ id }) => goToMachine(id, 'snapshots'),
  'change-hardware': goToHardware,
  'change-memory': goToHardware,
  'change-disks': goToHardware,
  'change-shares': goToHardware,
  'change-cards': goToNetworkTab,
  'change-connections': goToNetworkTab,
};

type SwitchAction = 'start' | 'resume' | 'pause' | 'suspend' | 'stop' | 'restart' | 'kill' | 'discard';

function switchAll(action: SwitchAction, machines: readonly MachineView[]): void {
  const verb = VERBS[action] ?? action;
  for (const { id, name } of machines) {
    void attempt(`${verb} machine ${name}`, () => service().machines[action]({ machine: id }));
  }
}

export function perform(action: MachineAction, machines: readonly MachineView[]): void {
  const ask = ASKS[action];
  const [first] = machines;
  if (ask !== undefined) return first && ask(first);
  if (action === 'remove') return void removeMachines(machines);
  if (action === 'snapshot') return void takeSnapshots(machines);
  switchAll(action as SwitchAction, machines);
}

/** What can be done with these machines together: an action works when it works for at least one of them. */
export function availability(action: MachineAction, machines: readonly MachineView[]): Availability {
  const [first] = machines;
  if (first === undefined) return { can: false, why: 'Select a machine first' };
  if (ASKS[action] !== undefined && machines.length > 1) return { can: false, why: 'This is done one at a time' };
  const refusals = machines.map((machine) => refusal(action, machine));
  const reason = refusals[0];
  if (reason === null || reason === undefined || refusals.includes(null)) return available;
  const { why, remedy } = reason;
  if (machines.length > 1) return { can: false, why: 'None of the selected machines is in a state that allows it' };
  return {
    can: false,
    why: `${why}.`,
    remedy: remedy && { label: ACTION_LABELS[remedy], run: () => perform(remedy, machines) },
  };
}

/** Those of the machines that an action works for now. */
export function applicable(action: MachineAction, machines: readonly MachineView[]): readonly MachineView[] {
  return machines.filter((machine) => refusal(action, machine) === null);
}
