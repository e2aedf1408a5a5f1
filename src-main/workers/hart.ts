import { workerData } from 'node:worker_threads';
import type { CoreExports } from '../../src-core/machine/core-interface.ts';
import { hartImports, runHart, type HartThread } from '../../src-core/machine/harts/hart-loop.ts';
import { HartPhase, HartRoom } from '../../src-core/machine/harts/hart-room.ts';
import { instantiateCore } from './core-instance.ts';
import { sharedNs, type HartThreadData } from './hart-threads.ts';
import { ProcessorLimit } from './processor-limit.ts';
import { threadProcessorTime } from './thread-processor-time.ts';

/** How often it tells what it has used: to ask costs something. */
const TOLD_EVERY_MS = 50;

/** The thread of a hart beside the first. Everything here is synchronous, to the machine's end. */
const { core: module, memory, room: shared, mainBell, hart } = workerData as HartThreadData;
const room = new HartRoom(mainBell, shared);
const exact = threadProcessorTime();
let busyMs = 0;
let toldAt = -Infinity;
let begunAt = 0;
let share = 0;

const processorMs = (): number => (exact ? exact() : busyMs);
const limit = new ProcessorLimit(() => performance.now(), processorMs);

const thread: HartThread = {
  room,
  hart,
  monotonicNs: sharedNs,
  restMs: () => {
    if (room.share !== share) limit.set((share = room.share) === 0 ? null : share);
    begunAt = performance.now();
    return limit.restMs();
  },
  slice: (most) => limit.slice(most),
  worked: () => {
    const now = performance.now();
    busyMs += now - begunAt;
    if (now - toldAt < TOLD_EVERY_MS) return;
    toldAt = now;
    room.setProcessorMs(hart, processorMs());
  },
};

try {
  const core: CoreExports = instantiateCore(
    module,
    hartImports(thread, () => core),
    memory,
  ).exports;
  runHart(core, thread);
} catch (error) {
  room.failure = error instanceof Error ? error.message : String(error);
  room.setPhase(hart, HartPhase.broken);
  room.ringMain();
}
