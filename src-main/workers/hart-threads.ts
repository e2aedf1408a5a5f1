import { Worker } from 'node:worker_threads';
import type { CoreHandle, HartThreads } from '../../src-core/machine/board/interface.ts';
import type { HartRoom } from '../../src-core/machine/harts/hart-room.ts';

/** What the thread of a hart is given. */
export interface HartThreadData {
  readonly core: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly room: SharedArrayBuffer;
  readonly mainBell: SharedArrayBuffer;
  /** 1 and above. */
  readonly hart: number;
}

/** The same before it is there: the board does not know what its memory is made of. */
type GivenToThread = Omit<HartThreadData, 'memory'> & Pick<CoreHandle, 'memory'>;

const LARGEST_HEAP_MIB = 256;

/**
 * Threads for harts, each with an own instance of the core over the machine's memory.
 * @param program address of what runs in them @param bell that the calling thread sleeps on
 */
export function hartThreads(core: WebAssembly.Module, program: string, bell: SharedArrayBuffer): HartThreads {
  const start = (room: HartRoom, memory: CoreHandle['memory'], harts: number): void => {
    const shared = { core, memory, room: room.buffer, mainBell: bell };
    for (let hart = 1; hart < harts; hart++) startThread(new URL(program), { ...shared, hart });
  };
  return { bell, start };
}

/** Nobody hears of its end: a thread that fails leaves a word in the room, and those of a machine end with it. */
function startThread(program: URL, workerData: GivenToThread): void {
  const resourceLimits = { maxOldGenerationSizeMb: LARGEST_HEAP_MIB };
  new Worker(program, { workerData, name: `hart ${workerData.hart}`, resourceLimits }).unref();
}

/** Nanoseconds of a clock that never goes back and is the same in all threads, which `performance.now` is not. */
export function sharedNs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}
