import { AppError, assert } from '../../../base/errors.ts';
import type { ContainerState } from '../../../contract/containers.ts';

/** What a person asks of a container. */
export type Request =
  | 'start'
  | 'stop'
  | 'kill'
  | 'restart'
  | 'pause'
  | 'resume'
  | 'rename'
  | 'change'
  | 'attach to'
  | 'run a command in'
  | 'list the processes of'
  | 'remove';

/** What becomes of a container without being asked. */
export type Happening = 'launched' | 'launch-failed' | 'ended' | 'ended-to-restart' | 'due';

type Row = Readonly<Partial<Record<Request | Happening, ContainerState>>>;

/**
 * The whole life of a container. What is not in this table cannot happen: a request that is missing in a state is
 * refused, a happening that is missing is a defect. As docker has it, what is so already is no mistake.
 */
const LIFE: Readonly<Record<ContainerState, Row>> = {
  created: {
    start: 'starting',
    restart: 'starting',
    stop: 'created',
    rename: 'created',
    change: 'created',
    remove: 'created',
  },
  starting: {
    rename: 'starting',
    change: 'starting',
    launched: 'running',
    'launch-failed': 'exited',
    'ended-to-restart': 'restarting',
  },
  running: {
    start: 'running',
    stop: 'stopping',
    kill: 'running',
    restart: 'stopping',
    pause: 'paused',
    rename: 'running',
    change: 'running',
    'attach to': 'running',
    'run a command in': 'running',
    'list the processes of': 'running',
    ended: 'exited',
    'ended-to-restart': 'restarting',
  },
  paused: {
    stop: 'stopping',
    kill: 'paused',
    restart: 'stopping',
    resume: 'running',
    rename: 'paused',
    change: 'paused',
    'attach to': 'paused',
    'list the processes of': 'paused',
    ended: 'exited',
    'ended-to-restart': 'restarting',
  },
  // Waited for to end; whoever loses patience kills it.
  stopping: {
    stop: 'stopping',
    kill: 'stopping',
    rename: 'stopping',
    change: 'stopping',
    'attach to': 'stopping',
    'run a command in': 'stopping',
    'list the processes of': 'stopping',
    ended: 'exited',
  },
  restarting: {
    start: 'starting',
    restart: 'starting',
    stop: 'exited',
    kill: 'exited',
    rename: 'restarting',
    change: 'restarting',
    remove: 'restarting',
    due: 'starting',
  },
  exited: {
    start: 'starting',
    restart: 'starting',
    stop: 'exited',
    rename: 'exited',
    change: 'exited',
    remove: 'exited',
  },
};

/** Completes "because …". */
const STATE_WORDS: Readonly<Record<ContainerState, string>> = {
  created: 'it has not been started',
  starting: 'it is starting',
  running: 'it is running',
  paused: 'it is paused',
  stopping: 'it is stopping',
  restarting: 'it waits to be started again',
  exited: 'it has ended',
};

const START_IT = 'Start the container first.';
const RESUME_IT = 'Resume the container first.';

/** What would help, where a request is refused. */
const HELP: Readonly<Partial<Record<Request, Readonly<Partial<Record<ContainerState, string>>>>>> = {
  start: { paused: 'Resume the container instead.', stopping: 'Wait until it has stopped, or kill it.' },
  pause: { created: START_IT, exited: START_IT, restarting: START_IT },
  resume: { created: START_IT, exited: START_IT, running: 'It is not paused.' },
  kill: { created: 'It does not run.', exited: 'It does not run.' },
  'attach to': { created: START_IT, exited: START_IT, restarting: START_IT },
  'run a command in': { created: START_IT, exited: START_IT, restarting: START_IT, paused: RESUME_IT },
  'list the processes of': { created: START_IT, exited: START_IT, restarting: START_IT },
  remove: {
    starting: 'Stop the container first, or use force.',
    running: 'Stop the container first, or use force.',
    paused: 'Stop the container first, or use force.',
    stopping: 'Wait until it has stopped, or use force.',
  },
};

export function isAllowed(state: ContainerState, request: Request): boolean {
  return LIFE[state][request] !== undefined;
}

/** @throws AppError 'wrong-state' that says what would help */
export function afterRequest(state: ContainerState, request: Request, name: string): ContainerState {
  const next = LIFE[state][request];
  if (next !== undefined) return next;
  const hint = HELP[request]?.[state];
  throw new AppError({
    code: 'wrong-state',
    doing: `${request} container ${name}`,
    because: STATE_WORDS[state],
    ...(hint === undefined ? {} : { hint }),
    data: { state },
  });
}

/** @throws BugError when this cannot happen to a container in that state */
export function afterHappening(state: ContainerState, happening: Happening): ContainerState {
  const next = LIFE[state][happening];
  assert(next !== undefined, `a container that is ${state} cannot be ${happening}`);
  return next;
}
