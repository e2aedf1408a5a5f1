import { workerData } from 'node:worker_threads';
import { touchedMemory, type MemoryTask } from './touched-memory.ts';

/**
 * A thread that makes one memory and ends. Only the port holds that memory then: whoever closes it gives it back at once,
 * and no heap has to be swept for that.
 */
const { like, mostBytes, to } = workerData as MemoryTask;
to.postMessage(touchedMemory(like, mostBytes));
