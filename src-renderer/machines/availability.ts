import type { MachineState, MachineView } from '../../src-core/contract/machines.ts';

export const MACHINE_ACTIONS = [
  'start',
  'resume',
  'pause',
  'suspend',
  'stop',
  'restart',
  'kill',
  'discard',
  'snapshot',
  'clone',
  'fork',
  'rename',
  'save-image',
  'export',
  'remove',
] as const;

/** What can be done with a machine: from its menu, or on another of its pages. */
export const OTHER_ACTIONS = [
  'restore-snapshot',
  'change-hardware',
  'change-memory',
  'change-disks',
  'change-shares',
  'change-cards',
  'change-connections',
] as const;
export type MachineAction = (typeof MACHINE_ACTIONS)[number] | (typeof OTHER_ACTIONS)[number];

/** Why an action cannot be done now, and which other action would allow it. */
export interface Refusal {
  readonly why: string;
  readonly remedy?: MachineAction;
}

/** The states in which each action works. */
const ALLOWED: Record<MachineAction, readonly MachineState[]> = {
  start: ['stopped', 'failed'],
  resume: ['paused', 'suspended'],
  pause: ['running'],
  suspend: ['running', 'paused'],
  stop: ['running', 'stopping'],
  restart: ['running'],
  kill: ['starting', 'running', 'paused', 'stopping', 'suspending'],
  discard: ['suspended'],
  snapshot: ['stopped', 'failed', 'running', 'paused', 'suspended'],
  'restore-snapshot': ['stopped', 'failed', 'running', 'paused', 'suspended'],
  clone: ['stopped', 'failed', 'suspended'],
  fork: ['running', 'paused'],
  rename: ['stopped', 'failed', 'starting', 'running', 'paused', 'stopping', 'suspending', 'suspended'],
  'save-image': ['stopped', 'failed'],
  export: ['stopped', 'failed', 'suspended'],
  'change-hardware': ['stopped', 'failed'],
  'change-memory': ['stopped', 'failed', 'running', 'paused'],
  'change-disks': ['stopped', 'failed', 'running'],
  'change-shares': ['preparing', 'stopped', 'failed', 'running'],
  'change-cards': ['preparing', 'stopped', 'failed', 'running'],
  'change-connections': ['preparing', 'stopped', 'failed', 'running', 'paused', 'suspended'],
  remove: ['stopped', 'failed', 'suspended'],
};

const STATE_PHRASES: Record<MachineState, string> = {
  preparing: 'Its image is still being prepared',
  stopped: 'It is stopped',
  starting: 'It is still starting',
  running: 'It is running',
  paused: 'It is paused',
  stopping: 'It is already stopping',
  suspending: 'It is just being suspended',
  suspended: 'It is suspended',
  failed: 'It has failed',
};

/** The sentences where the state alone does not say what to do. */
const REFUSALS: Partial<Record<MachineAction, Partial<Record<MachineState, Refusal>>>> = {
  start: {
    paused: { why: 'It is paused; resume it to let it go on', remedy: 'resume' },
    suspended: { why: 'It is suspended; resume it to let it go on', remedy: 'resume' },
  },
  pause: {
    stopped: { why: 'Only a running machine can be paused', remedy: 'start' },
    suspended: { why: 'It is suspended and uses nothing already', remedy: 'resume' },
  },
  suspend: {
    stopped: { why: 'Only a running machine can be suspended', remedy: 'start' },
    failed: { why: 'Only a running machine can be suspended', remedy: 'start' },
  },
  discard: { running: { why: 'Only a suspended machine has a saved state', remedy: 'suspend' } },
  stop: {
    paused: { why: 'A paused machine cannot hear the request to power off; resume it first', remedy: 'resume' },
    suspended: { why: 'A suspended machine cannot hear the request to power off; resume it first', remedy: 'resume' },
    starting: { why: 'It is still starting and cannot hear the request to power off', remedy: 'kill' },
  },
  restart: {
    stopped: { why: 'It is stopped; start it instead', remedy: 'start' },
    failed: { why: 'It has failed; start it instead', remedy: 'start' },
    suspended: { why: 'A suspended machine cannot restart; resume it first', remedy: 'resume' },
    paused: { why: 'A paused machine cannot restart; resume it first', remedy: 'resume' },
  },
  clone: {
    running: { why: 'It is running: fork it, or stop it to clone its disks', remedy: 'fork' },
    paused: { why: 'It is paused: fork it, or power it off to clone its disks', remedy: 'fork' },
  },
  fork: {
    stopped: { why: 'Only a running machine can be forked; clone it instead', remedy: 'clone' },
    failed: { why: 'Only a running machine can be forked; clone it instead', remedy: 'clone' },
    suspended: { why: 'Only a running machine can be forked; clone it instead', remedy: 'clone' },
  },
  'save-image': {
    running: { why: 'Stop the machine to save its disk as an image', remedy: 'stop' },
    paused: { why: 'Power the machine off to save its disk as an image', remedy: 'kill' },
    suspended: { why: 'It is suspended: take a snapshot and save that', remedy: 'snapshot' },
  },
  export: {
    running: { why: 'Suspend or stop the machine to export it', remedy: 'suspend' },
    paused: { why: 'Suspend or power off the machine to export it', remedy: 'suspend' },
  },
  'change-hardware': {
    running: { why: 'Stop the machine to change this', remedy: 'stop' },
    paused: { why: 'Power the machine off to change this', remedy: 'kill' },
    stopping: { why: 'This can be changed as soon as it has stopped' },
    suspended: { why: 'Resume and stop the machine to change this', remedy: 'resume' },
  },
  'change-memory': { suspended: { why: 'Resume the machine to change this', remedy: 'resume' } },
  'change-disks': {
    paused: { why: 'Resume the machine to change this', remedy: 'resume' },
    suspended: { why: 'Resume the machine to change this', remedy: 'resume' },
  },
  'change-shares': {
    paused: { why: 'Resume the machine to change this', remedy: 'resume' },
    suspended: { why: 'Resume the machine to change this', remedy: 'resume' },
  },
  'change-cards': {
    paused: { why: 'Resume the machine to change this', remedy: 'resume' },
    suspended: { why: 'Resume the machine to change this', remedy: 'resume' },
  },
  remove: {
    running: { why: 'Stop the machine to delete it', remedy: 'stop' },
    paused: { why: 'Power the machine off to delete it', remedy: 'kill' },
    starting: { why: 'Power the machine off to delete it', remedy: 'kill' },
    suspending: { why: 'It can be deleted as soon as it is suspended' },
    stopping: { why: 'It can be deleted as soon as it has stopped', remedy: 'kill' },
    preparing: { why: 'Cancel the preparation of its image to delete it' },
  },
};

/** @returns null when the action can be done now */
export function refusal(action: MachineAction, machine: MachineView): Refusal | null {
  // A stop that was asked for once is asked again only when the guest did not hear it.
  const asksAgain = action === 'stop' && machine.state === 'stopping' && !machine.stopOverdue;
  if (ALLOWED[action].includes(machine.state) && !asksAgain) return null;
  return REFUSALS[action]?.[machine.state] ?? { why: STATE_PHRASES[machine.state] };
}
