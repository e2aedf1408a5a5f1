import {
  CircleAlert,
  CircleCheck,
  CirclePause,
  CirclePlay,
  CircleStop,
  LoaderCircle,
  type LucideIcon,
} from 'lucide-react';
import type { ContainerEnd, ContainerState, ContainerView } from '../../src-core/contract/containers.ts';

export interface Look {
  readonly word: string;
  readonly tone: 'running' | 'changing' | 'paused' | 'stopped' | 'failed';
  readonly icon: LucideIcon;
}

/** Each state has a word, a picture and a colour; none stands alone. */
const STATE_LOOKS: Record<ContainerState, Look> = {
  created: { word: 'Created', tone: 'stopped', icon: CircleStop },
  starting: { word: 'Starting', tone: 'changing', icon: LoaderCircle },
  running: { word: 'Running', tone: 'running', icon: CirclePlay },
  paused: { word: 'Paused', tone: 'paused', icon: CirclePause },
  stopping: { word: 'Stopping', tone: 'changing', icon: LoaderCircle },
  restarting: { word: 'Restarting', tone: 'changing', icon: LoaderCircle },
  exited: { word: 'Exited', tone: 'stopped', icon: CircleStop },
};

/** Ends that nobody asked for: a status that says so, no memory left, a node that went away. */
export function endedBadly({ kind, exitStatus }: ContainerEnd): boolean {
  if (kind === 'exited') return exitStatus !== 0;
  return kind !== 'killed';
}

const END_WORDS: Record<ContainerEnd['kind'], string> = {
  exited: 'Exited',
  'out-of-memory': 'Out of memory',
  killed: 'Killed',
  'node-lost': 'Node lost',
  'not-started': 'Not started',
  interrupted: 'Interrupted',
};

/** "Exited (1)", "Out of memory" */
export function endWords({ kind, exitStatus }: ContainerEnd): string {
  return kind === 'exited' && exitStatus !== null ? `Exited (${exitStatus})` : END_WORDS[kind];
}

/** What a container's state looks like: one that has ended says how, one that runs whether it is well. */
export function containerLook({ state, lastEnd, health }: ContainerView): Look {
  if (state === 'exited' && lastEnd !== null) {
    const word = endWords(lastEnd);
    return endedBadly(lastEnd)
      ? { word, tone: 'failed', icon: CircleAlert }
      : { word, tone: 'stopped', icon: CircleStop };
  }
  if (state === 'running' && health === 'unhealthy') return { word: 'Unhealthy', tone: 'failed', icon: CircleAlert };
  return STATE_LOOKS[state];
}

export const HEALTH_LOOKS: Record<Exclude<ContainerView['health'], 'none'>, Look> = {
  starting: { word: 'Not known yet', tone: 'changing', icon: LoaderCircle },
  healthy: { word: 'Healthy', tone: 'running', icon: CircleCheck },
  unhealthy: { word: 'Unhealthy', tone: 'failed', icon: CircleAlert },
};

const ON: ReadonlySet<ContainerState> = new Set(['starting', 'running', 'paused', 'stopping', 'restarting']);

/** Its process is there, or will be without anybody's doing. */
export function isOn(state: ContainerState): boolean {
  return ON.has(state);
}

/** Its process is there now. */
export function hasProcess(state: ContainerState): boolean {
  return state === 'running' || state === 'paused' || state === 'stopping';
}
