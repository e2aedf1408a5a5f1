import { CircleAlert, CirclePause, CirclePlay, CircleStop, LoaderCircle, type LucideIcon, Moon } from 'lucide-react';
import type { MachineState } from '../../src-core/contract/machines.ts';

type Tone = 'running' | 'changing' | 'paused' | 'stopped' | 'failed';

/** Each state has a word, a picture and a colour; none stands alone. */
export const STATE_LOOKS: Record<MachineState, { word: string; tone: Tone; icon: LucideIcon }> = {
  preparing: { word: 'Preparing', tone: 'changing', icon: LoaderCircle },
  stopped: { word: 'Stopped', tone: 'stopped', icon: CircleStop },
  starting: { word: 'Starting', tone: 'changing', icon: LoaderCircle },
  running: { word: 'Running', tone: 'running', icon: CirclePlay },
  paused: { word: 'Paused', tone: 'paused', icon: CirclePause },
  stopping: { word: 'Stopping', tone: 'changing', icon: LoaderCircle },
  suspending: { word: 'Suspending', tone: 'changing', icon: LoaderCircle },
  suspended: { word: 'Suspended', tone: 'paused', icon: Moon },
  failed: { word: 'Failed', tone: 'failed', icon: CircleAlert },
};

const ON: ReadonlySet<MachineState> = new Set(['running', 'paused', 'starting', 'stopping', 'suspending']);

export function isOn(state: MachineState): boolean {
  return ON.has(state);
}
