import type { ContainerState, ContainerView } from '../../src-core/contract/containers.ts';

export const CONTAINER_ACTIONS = [
  'start',
  'resume',
  'pause',
  'stop',
  'restart',
  'kill',
  'shell',
  'rename',
  'commit',
  'remove',
] as const;
export type ContainerAction = (typeof CONTAINER_ACTIONS)[number];

/** Why an action cannot be done now, and which other action would allow it. */
export interface Refusal {
  readonly why: string;
  readonly remedy?: ContainerAction;
}

/** The states in which each action works. */
const ALLOWED: Record<ContainerAction, readonly ContainerState[]> = {
  start: ['created', 'exited', 'restarting'],
  resume: ['paused'],
  pause: ['running'],
  stop: ['starting', 'running', 'paused', 'restarting'],
  restart: ['running', 'paused', 'restarting'],
  kill: ['starting', 'running', 'paused', 'stopping', 'restarting'],
  shell: ['running'],
  rename: ['created', 'starting', 'running', 'paused', 'stopping', 'restarting', 'exited'],
  commit: ['created', 'running', 'paused', 'exited'],
  remove: ['created', 'exited', 'restarting'],
};

const STATE_PHRASES: Record<ContainerState, string> = {
  created: 'It was never started',
  starting: 'It is still starting',
  running: 'It is running',
  paused: 'It is paused',
  stopping: 'It is already stopping',
  restarting: 'It waits to be started again',
  exited: 'Its process has ended',
};

const NEEDS_START: Partial<Record<ContainerState, Refusal>> = {
  created: { why: 'It was never started', remedy: 'start' },
  exited: { why: 'Its process has ended', remedy: 'start' },
};

/** The sentences where the state alone does not say what to do. */
const REFUSALS: Partial<Record<ContainerAction, Partial<Record<ContainerState, Refusal>>>> = {
  start: {
    paused: { why: 'It is paused; resume it to let it go on', remedy: 'resume' },
  },
  pause: NEEDS_START,
  stop: { created: { why: 'It was never started' } },
  restart: {
    created: { why: 'It was never started; start it instead', remedy: 'start' },
    exited: { why: 'Its process has ended; start it instead', remedy: 'start' },
  },
  shell: {
    created: { why: 'A shell needs a running container', remedy: 'start' },
    exited: { why: 'A shell needs a running container', remedy: 'start' },
    paused: { why: 'Nothing runs in a paused container; resume it first', remedy: 'resume' },
  },
  remove: {
    running: { why: 'Stop the container to delete it', remedy: 'stop' },
    paused: { why: 'Stop the container to delete it', remedy: 'stop' },
    starting: { why: 'Stop the container to delete it', remedy: 'stop' },
    stopping: { why: 'It can be deleted as soon as it has stopped', remedy: 'kill' },
  },
};

/** @returns null when the action can be done now */
export function refusal(action: ContainerAction, { state }: Pick<ContainerView, 'state'>): Refusal | null {
  if (ALLOWED[action].includes(state)) return null;
  return REFUSALS[action]?.[state] ?? { why: STATE_PHRASES[state] };
}
