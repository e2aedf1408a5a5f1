import { randomBytes } from 'node:crypto';
import type { Disposable } from '../../../src-core/base/disposable.ts';
import { cancelled } from '../../../src-core/images/cancellation.ts';
import type { BuilderEnd, BuilderJob, BuilderMachine } from '../../../src-core/images/builder-machine.ts';
import type { AbortSignalLike } from '../../../src-core/images/image.ts';
import type { GuestPipe, MachineRun, MachineRunner } from '../../../src-core/hypervisor/runner.ts';

const MEASURE_EVERY_MS = 250;
const READ_BYTES = 16 * 1024;
/** A line without an end is cut: what a guest says must not fill memory. */
const MAX_LINE_CHARACTERS = 4096;

/** Runs builders as any machine is run, in a thread of their own; nobody sees them among the machines. */
export class RunnerBuilder implements BuilderMachine {
  readonly #runner: () => Promise<MachineRunner>;

  constructor(runner: () => Promise<MachineRunner>) {
    this.#runner = runner;
  }

  async run(job: BuilderJob, signal: AbortSignalLike): Promise<BuilderEnd> {
    const runner = await this.#runner();
    if (signal.aborted) throw cancelled(`build ${job.name}`);
    const run = runner.launch({
      id: randomBytes(8).toString('hex'),
      name: `builder of ${job.name}`,
      harts: 1,
      memoryBytes: job.memoryBytes,
      boot: { kernel: job.kernel, initrd: job.initrd, firmware: null, commandLine: job.commandLine },
      cpuLimit: null,
      disks: job.disks.map((disk, slot) => ({ ...disk, slot, own: false })),
      start: { kind: 'power-on' },
    });
    const listening = readLines(run.console, job.onLine);
    const measuring = setInterval(() => job.onMeasured?.(run.measure()), MEASURE_EVERY_MS);
    try {
      return await endOrCancellation(run, job, signal);
    } finally {
      clearInterval(measuring);
      // What the guest said last may lie in the ring still.
      listening.finish();
      await run.terminate();
    }
  }
}

async function endOrCancellation(run: MachineRun, job: BuilderJob, signal: AbortSignalLike): Promise<BuilderEnd> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled(`build ${job.name}`));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([run.started, stopped]);
    return await Promise.race([run.ended, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Tells whole lines of a console, without what steers a terminal. */
function readLines(console: GuestPipe, onLine: (line: string) => void): { finish(): void } {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(READ_BYTES);
  let unfinished = '';
  const read = (): void => {
    for (let count = console.read(buffer); count > 0; count = console.read(buffer)) {
      const lines = (unfinished + decoder.decode(buffer.subarray(0, count), { stream: true })).split('\n');
      unfinished = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS);
      for (const line of lines) onLine(plain(line));
    }
  };
  const listener: Disposable = console.onReadable(read);
  read();
  return {
    finish: () => {
      read();
      listener.dispose();
      if (unfinished !== '') onLine(plain(unfinished));
    },
  };
}

/** ECMA-48 control sequences and control characters are taken out; of a line that was overwritten, the last state stays. */
function plain(line: string): string {
  const shown = line.replace(/\r+$/, '').replace(/^.*\r/, '');
  return shown.replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]/g, '');
}
