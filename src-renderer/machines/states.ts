import { CircleAlert, CirclePause, CirclePlay, CircleStop, LoaderCircle, type LucideIcon } from 'lucide-react';
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
  failed: { word: 'Failed', tone: 'failed', icon: CircleAlert },
};

export function isOn(state: MachineState): boolean {
  return state === 'running' || state === 'paused' || state === 'starting' || state === 'stopping';
}
