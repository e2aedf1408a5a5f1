import { AppError, assert } from '../../base/errors.ts';
import type { MachineState } from '../../contract/machines.ts';

/** What a person asks of a machine. */
export type Request =
  | 'start'
  | 'stop'
  | 'kill'
  | 'pause'
  | 'resume'
  | 'suspend'
  | 'discard'
  | 'restart'
  | 'rename'
  | 'remove'
  | 'share folders with'
  /** Adds and removes devices. */
  | 'change the network cards of'
  /** Cables and ports. */
  | 'change the connections of'
  | 'take a snapshot of'
  | 'restore a snapshot of'
  | 'clone'
  | 'export'
  | 'fork';

/** What becomes of a machine without being asked. */
export type Happening =
  /** Made from an image that is not here yet. */
  | 'image-missing'
  | 'prepared'
  | 'prepared-to-start'
  | 'preparation-failed'
  | 'launched'
  | 'launch-failed'
  /** Its saved state is still there. */
  | 'resume-failed'
  | 'suspended'
  | 'suspend-failed'
  /** It stands still as before. */
  | 'suspend-failed-paused'
  /** A snapshot took the place of what there was: it runs, is off, or is suspended where that was taken. */
  | 'restored'
  | 'restored-off'
  | 'restored-suspended'
  | 'powered-off'
  | 'reset'
  | 'failed';

type Row = Readonly<Partial<Record<Request | Happening, MachineState>>>;

/**
 * The whole life of a machine. What is not in this table cannot happen: a request that is missing in a state is
 * refused, a happening that is missing is a defect.
 */
const LIFE: Readonly<Record<MachineState, Row>> = {
  preparing: {
    start: 'preparing',
    stop: 'stopped',
    kill: 'stopped',
    rename: 'preparing',
    'share folders with': 'preparing',
    'change the network cards of': 'preparing',
    'change the connections of': 'preparing',
    prepared: 'stopped',
    'prepared-to-start': 'starting',
    'preparation-failed': 'stopped',
  },
  stopped: {
    'take a snapshot of': 'stopped',
    'restore a snapshot of': 'stopped',
    clone: 'stopped',
    export: 'stopped',
    restored: 'running',
    'restored-off': 'stopped',
    'restored-suspended': 'suspended',
    start: 'starting',
    rename: 'stopped',
    remove: 'stopped',
    'share folders with': 'stopped',
    'change the network cards of': 'stopped',
    'change the connections of': 'stopped',
    'image-missing': 'preparing',
  },
  starting: {
    kill: 'stopped',
    rename: 'starting',
    'image-missing': 'preparing',
    launched: 'running',
    'launch-failed': 'stopped',
    'resume-failed': 'suspended',
    failed: 'failed',
  },
  running: {
    'take a snapshot of': 'running',
    'restore a snapshot of': 'running',
    fork: 'running',
    restored: 'running',
    'restored-off': 'stopped',
    'restored-suspended': 'suspended',
    stop: 'stopping',
    kill: 'stopped',
    pause: 'paused',
    suspend: 'suspending',
    restart: 'stopping',
    rename: 'running',
    'share folders with': 'running',
    'change the network cards of': 'running',
    'change the connections of': 'running',
    'powered-off': 'stopped',
    reset: 'starting',
    failed: 'failed',
  },
  // What a run's thread told just before it stood still is heard only after `pause` was carried out.
  paused: {
    'change the connections of': 'paused',
    'take a snapshot of': 'paused',
    'restore a snapshot of': 'paused',
    fork: 'paused',
    restored: 'running',
    'restored-off': 'stopped',
    'restored-suspended': 'suspended',
    kill: 'stopped',
    resume: 'running',
    suspend: 'suspending',
    rename: 'paused',
    'powered-off': 'stopped',
    reset: 'starting',
    failed: 'failed',
  },
  stopping: {
    restored: 'running',
    'restored-off': 'stopped',
    'restored-suspended': 'suspended',
    stop: 'stopping',
    restart: 'stopping',
    kill: 'stopped',
    rename: 'stopping',
    'powered-off': 'stopped',
    reset: 'starting',
    failed: 'failed',
  },
  // The guest may end by itself just before its thread hears that it is to be saved.
  suspending: {
    kill: 'stopped',
    rename: 'suspending',
    suspended: 'suspended',
    'suspend-failed': 'running',
    'suspend-failed-paused': 'paused',
    'powered-off': 'stopped',
    reset: 'starting',
    failed: 'failed',
  },
  suspended: {
    'change the connections of': 'suspended',
    'take a snapshot of': 'suspended',
    'restore a snapshot of': 'suspended',
    clone: 'suspended',
    export: 'suspended',
    restored: 'running',
    'restored-off': 'stopped',
    'restored-suspended': 'suspended',
    start: 'starting',
    resume: 'starting',
    kill: 'stopped',
    discard: 'stopped',
    rename: 'suspended',
    remove: 'suspended',
  },
  failed: {
    'take a snapshot of': 'failed',
    'restore a snapshot of': 'failed',
    clone: 'failed',
    export: 'failed',
    restored: 'running',
    'restored-off': 'stopped',
    'restored-suspended': 'suspended',
    start: 'starting',
    rename: 'failed',
    remove: 'failed',
    'share folders with': 'failed',
    'change the network cards of': 'failed',
    'change the connections of': 'failed',
  },
};

/** Completes "because …". */
export const STATE_WORDS: Readonly<Record<MachineState, string>> = {
  preparing: 'its image is being prepared',
  stopped: 'it is stopped',
  starting: 'it is starting',
  running: 'it is running',
  paused: 'it is paused',
  stopping: 'it is stopping',
  suspending: 'it is being suspended',
  suspended: 'it is suspended',
  failed: 'it has failed',
};

const START_IT = 'Start the machine first.';
const RESUME_IT = 'Resume the machine first.';
const WAIT_FOR_SUSPENSION = 'Wait until it is suspended.';
const NOT_SUSPENDED = 'Only a suspended machine has a saved state.';
const WAIT_FOR_START = 'Wait until it runs, or kill it.';

/** What would help, where a request is refused. */
const HELP: Readonly<Partial<Record<Request, Readonly<Partial<Record<MachineState, string>>>>>> = {
  start: {
    paused: 'Resume the machine instead.',
    stopping: 'Wait until it has stopped, or kill it.',
    suspending: WAIT_FOR_SUSPENSION,
  },
  stop: {
    starting: WAIT_FOR_START,
    paused: 'Resume the machine first, or kill it.',
    suspending: WAIT_FOR_SUSPENSION,
    suspended: 'Resume it to let the guest power off, or discard its saved state.',
  },
  pause: {
    stopped: START_IT,
    failed: START_IT,
    starting: WAIT_FOR_START,
    stopping: 'Wait until it has stopped.',
    suspending: WAIT_FOR_SUSPENSION,
    suspended: RESUME_IT,
  },
  resume: { stopped: START_IT, failed: START_IT, suspending: WAIT_FOR_SUSPENSION },
  suspend: {
    preparing: 'Wait until it runs.',
    stopped: START_IT,
    failed: START_IT,
    starting: WAIT_FOR_START,
    stopping: 'Wait until it has stopped, or kill it.',
  },
  discard: {
    preparing: NOT_SUSPENDED,
    stopped: NOT_SUSPENDED,
    starting: NOT_SUSPENDED,
    running: NOT_SUSPENDED,
    paused: NOT_SUSPENDED,
    stopping: NOT_SUSPENDED,
    suspending: WAIT_FOR_SUSPENSION,
    failed: NOT_SUSPENDED,
  },
  restart: {
    stopped: START_IT,
    failed: START_IT,
    starting: WAIT_FOR_START,
    paused: RESUME_IT,
    suspending: WAIT_FOR_SUSPENSION,
    suspended: RESUME_IT,
  },
  'share folders with': {
    starting: WAIT_FOR_START,
    paused: RESUME_IT,
    stopping: 'Wait until it has stopped.',
    suspending: WAIT_FOR_SUSPENSION,
    suspended: RESUME_IT,
  },
  'change the network cards of': {
    starting: WAIT_FOR_START,
    paused: RESUME_IT,
    stopping: 'Wait until it has stopped.',
    suspending: WAIT_FOR_SUSPENSION,
    suspended: RESUME_IT,
  },
  'change the connections of': {
    starting: WAIT_FOR_START,
    stopping: 'Wait until it has stopped.',
    suspending: WAIT_FOR_SUSPENSION,
  },
  'take a snapshot of': {
    preparing: 'Wait until its image is there.',
    starting: WAIT_FOR_START,
    stopping: 'Wait until it has stopped.',
    suspending: WAIT_FOR_SUSPENSION,
  },
  'restore a snapshot of': {
    preparing: 'Wait until its image is there.',
    starting: WAIT_FOR_START,
    stopping: 'Wait until it has stopped, or kill it.',
    suspending: WAIT_FOR_SUSPENSION,
  },
  clone: {
    preparing: 'Wait until its image is there.',
    starting: WAIT_FOR_START,
    running: 'Fork it, or take a snapshot and clone that.',
    paused: 'Fork it, or take a snapshot and clone that.',
    stopping: 'Wait until it has stopped.',
    suspending: WAIT_FOR_SUSPENSION,
  },
  export: {
    preparing: 'Wait until its image is here.',
    starting: WAIT_FOR_START,
    running: 'Stop or suspend it first.',
    paused: 'Suspend it first.',
    stopping: 'Wait until it has stopped.',
    suspending: WAIT_FOR_SUSPENSION,
  },
  fork: {
    preparing: 'Wait until it runs.',
    stopped: 'Clone the machine instead, or start it first.',
    failed: 'Clone the machine instead, or start it first.',
    starting: WAIT_FOR_START,
    stopping: 'Wait until it has stopped, and clone it.',
    suspending: WAIT_FOR_SUSPENSION,
    suspended: 'Clone the machine instead: the clone goes on from the same moment.',
  },
  remove: {
    preparing: 'Stop its preparation first.',
    starting: 'Kill the machine first.',
    running: 'Stop the machine first.',
    paused: 'Resume and stop the machine first, or kill it.',
    stopping: 'Wait until it has stopped, or kill it.',
    suspending: WAIT_FOR_SUSPENSION,
  },
};

/** Where a request leads, or null where it makes no sense. */
export function allowed(state: MachineState, request: Request): MachineState | null {
  return LIFE[state][request] ?? null;
}

/** @throws AppError 'wrong-state' that says what would help */
export function afterRequest(state: MachineState, request: Request, machineName: string): MachineState {
  const next = allowed(state, request);
  if (next !== null) return next;
  const hint = HELP[request]?.[state];
  throw new AppError({
    code: 'wrong-state',
    doing: `${request} machine ${machineName}`,
    because: STATE_WORDS[state],
    ...(hint === undefined ? {} : { hint }),
    data: { state },
  });
}

/** @throws BugError when this cannot happen to a machine in that state */
export function afterHappening(state: MachineState, happening: Happening): MachineState {
  const next = LIFE[state][happening];
  assert(next !== undefined, `a machine that is ${state} cannot be ${happening}`);
  return next;
}
