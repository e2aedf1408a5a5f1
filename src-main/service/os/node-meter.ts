import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, hostname, release, totalmem, type } from 'node:os';
import type { HostFacts, HostMeasurement, HostMeter } from '../../../src-core/host/measurement.ts';

interface ProcessorTimes {
  readonly idleMs: number;
  readonly totalMs: number;
}

/** Looks at this computer through Node, and through /proc where there is one. */
export class NodeMeter implements HostMeter {
  readonly facts: HostFacts;
  readonly #dataDirectory: string;
  #before: ProcessorTimes;
  #used = 0;

  /** @param dataDirectory whose disk counts */
  constructor(dataDirectory: string) {
    this.#dataDirectory = dataDirectory;
    const processors = cpus();
    this.facts = {
      name: hostname(),
      system: `${type()} ${release()} (${process.arch})`,
      processorModel: processors[0]?.model.trim() ?? 'unknown',
      processors: Math.max(1, processors.length),
      memoryBytes: totalmem(),
    };
    this.#before = processorTimes();
  }

  async measure(): Promise<HostMeasurement> {
    const { bsize, blocks, bfree, bavail } = await statfs(this.#dataDirectory);
    return {
      takenAt: Date.now(),
      processorUsed: this.#processorUsed(),
      memoryAvailableBytes: await availableMemory(),
      disk: {
        path: this.#dataDirectory,
        totalBytes: blocks * bsize,
        usedBytes: (blocks - bfree) * bsize,
        freeBytes: bavail * bsize,
      },
    };
  }

  /** Since the measurement before; two in quick succession share one, because the system counts in 10 ms. */
  #processorUsed(): number {
    const now = processorTimes();
    const passed = now.totalMs - this.#before.totalMs;
    if (passed < 200 * this.facts.processors) return this.#used;
    const busy = 1 - (now.idleMs - this.#before.idleMs) / passed;
    this.#before = now;
    this.#used = Math.max(0, busy) * this.facts.processors;
    return this.#used;
  }
}

function processorTimes(): ProcessorTimes {
  let idleMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    idleMs += times.idle;
    totalMs += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idleMs, totalMs };
}

/** proc(5), meminfo: MemAvailable counts what caches would give back; `freemem` of other systems does it roughly. */
async function availableMemory(): Promise<number> {
  if (process.platform !== 'linux') return freemem();
  try {
    const found = /^MemAvailable:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'latin1'));
    return found ? Number(found[1]) * 1024 : freemem();
  } catch {
    return freemem();
  }
}
