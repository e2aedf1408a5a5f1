import { CallList } from './calls/call-list.ts';
import { readFile, removeDirectory, removeFile, textOf, tryKnob, unmount } from './calls/file-calls.ts';
import { ERRNO, SYS } from './calls/linux.ts';
import { START_FILE } from './launch/launch.ts';
import type { NodeState } from './node-state.ts';
import { MADE_FILES } from './oci-configuration.ts';
import { placesOf } from './places.ts';

const MOST_EVENTS_BYTES = 512;
const PAUSE_NS = 10_000_000;
const MOST_TRIES = 200;
const STATE_FILES = ['status', 'config.json', 'seccomp.bpf', 'exec.fifo'];

/** Takes away all of a container but what it wrote; whatever of it still runs is ended. What is not there is fine. */
export async function releaseContainer(
  { calls }: Pick<NodeState, 'calls'>,
  id: string,
  doing: string,
): Promise<{ readonly outOfMemory: boolean }> {
  const { bundle, root, network, cgroup, processes, state } = placesOf(id);
  const list = new CallList();
  tryKnob(list, `${cgroup}/cgroup.kill`, '1');
  const events = readFile(list, `${cgroup}/memory.events`, MOST_EVENTS_BYTES);
  unmount(list, root);
  removeDirectory(list, root);
  unmount(list, network);
  removeFile(list, network);
  for (const name of ['config.json', START_FILE, ...Object.values(MADE_FILES)]) removeFile(list, `${bundle}/${name}`);
  removeDirectory(list, bundle);
  for (const name of STATE_FILES) removeFile(list, `${state}/${name}`);
  removeDirectory(list, state);
  removeDirectory(list, processes);
  const last = removeDirectory(list, cgroup);
  const results = await calls.carryOut(list, doing);
  if (results.of(last) === -ERRNO.EBUSY) await removeCgroup({ calls }, id, doing);
  return { outOfMemory: Number(/^oom_kill (\d+)/m.exec(textOf(results, events))?.[1] ?? 0) > 0 };
}

/** What was told to end takes a moment. */
async function removeCgroup({ calls }: Pick<NodeState, 'calls'>, id: string, doing: string): Promise<void> {
  const { cgroup, processes } = placesOf(id);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const list = new CallList();
    list.try(SYS.nanosleep, list.words(0, PAUSE_NS), 0);
    removeDirectory(list, processes);
    const last = removeDirectory(list, cgroup);
    if ((await calls.carryOut(list, doing)).of(last) !== -ERRNO.EBUSY) return;
  }
}
