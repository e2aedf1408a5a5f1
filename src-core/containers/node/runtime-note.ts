import { CallList } from './calls/call-list.ts';
import { readFile, textOf } from './calls/file-calls.ts';
import { SYS } from './calls/linux.ts';
import type { NodeState } from './node-state.ts';
import { placesOf } from './places.ts';

const MOST_BYTES = 4096;
const PAUSE_NS = 10_000_000;
/** A runtime that sets a process up takes far less. */
const MOST_TRIES = 1000;

/**
 * The number of a container's first process, from what the OCI runtime has noted, or what has launched it. Either reaps
 * that process itself, and the note is not there any more then: so the number means that process as long as it is. One
 * that is just being started is waited for.
 * @returns null when it does not run
 */
export async function processOf(state: NodeState, id: string, doing: string): Promise<number | null> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const list = new CallList();
    if (tries > 0) list.try(SYS.nanosleep, list.words(0, PAUSE_NS), 0);
    const container = state.containers.get(id);
    const file = container?.isLaunched
      ? readFile(list, `/proc/${container.parent}/task/${container.parent}/children`, MOST_BYTES)
      : readFile(list, `${placesOf(id).state}/status`, MOST_BYTES);
    const text = textOf(await state.calls.carryOut(list, doing), file);
    const pid = Number((container?.isLaunched ? /^(\d+)/ : /"pid"\s*:\s*(\d+)/).exec(text)?.[1] ?? 0);
    if (pid > 1) {
      if (container) container.isUp = true;
      return pid;
    }
    if (!isStarting(state, id)) return null;
  }
  return null;
}

function isStarting({ containers }: NodeState, id: string): boolean {
  const container = containers.get(id);
  return container !== undefined && container.isRunning && !container.isUp;
}
