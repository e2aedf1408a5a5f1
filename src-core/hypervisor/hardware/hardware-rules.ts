import { AppError } from '../../base/errors.ts';
import type { MachineState } from '../../contract/machines.ts';
import { STATE_WORDS } from '../life/life-cycle.ts';

/** What of a machine can be changed, and completes "Stop the machine to change …". */
export type HardwarePart = 'its processors' | 'its boot order' | 'its memory' | 'its processor limit' | 'its disks';

const OFF: readonly MachineState[] = ['stopped', 'failed'];

/** When a part can be changed; all of them while it is off. */
const ALSO: Readonly<Record<HardwarePart, readonly MachineState[]>> = {
  'its processors': [],
  'its boot order': [],
  'its memory': ['running', 'paused'],
  // Only a number, until it runs.
  'its processor limit': ['preparing', 'starting', 'running', 'paused', 'stopping', 'suspending', 'suspended'],
  'its disks': ['running'],
};

/** @throws AppError 'wrong-state' that says what would help @param doing "change machine web" */
export function mustBeChangeable(state: MachineState, part: HardwarePart, doing: string): void {
  if (OFF.includes(state) || ALSO[part].includes(state)) return;
  throw new AppError({
    code: 'wrong-state',
    doing,
    because: STATE_WORDS[state],
    hint: help(state, part),
    data: { state, part },
  });
}

function help(state: MachineState, part: HardwarePart): string {
  switch (state) {
    case 'running':
      return `Stop the machine to change ${part}.`;
    case 'paused':
      return ALSO[part].includes('running')
        ? `Resume the machine to change ${part}.`
        : `Resume and stop the machine to change ${part}.`;
    case 'suspended':
      return 'Resume and stop the machine first, or discard its saved state.';
    case 'preparing':
      return 'Wait until its image is there.';
    case 'suspending':
      return 'Wait until it is suspended.';
    case 'stopping':
      return 'Wait until it has stopped.';
    default:
      return 'Wait until it runs, or kill it.';
  }
}
