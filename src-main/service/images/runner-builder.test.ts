import { expect, test } from 'vitest';
import { Deferred } from '../../../src-core/base/deferred.ts';
import type { BuilderJob } from '../../../src-core/images/builder-machine.ts';
import type { GuestPipe, MachineRun, MachineRunner, RunEnd, RunSpec } from '../../../src-core/hypervisor/runner.ts';
import { failureOf } from '../../../src-core/images/testing/hostile.ts';
import { RunnerBuilder } from './runner-builder.ts';

/** A machine that says what a test has it say. */
class TalkingRun implements Pick<MachineRun, 'started' | 'ended' | 'terminate'> {
  readonly end = new Deferred<RunEnd>();
  readonly started = Promise.resolve();
  readonly ended = this.end.promise;
  terminations = 0;
  #unread = Buffer.alloc(0);
  #heard: () => void = () => undefined;

  readonly console: GuestPipe = {
    read: (into) => {
      const count = this.#unread.copy(into);
      this.#unread = this.#unread.subarray(count);
      return count;
    },
    write: (bytes) => bytes.length,
    onReadable: (listener) => {
      this.#heard = listener;
      return { dispose: () => (this.#heard = () => undefined) };
    },
    onWritable: () => ({ dispose: () => undefined }),
  };

  say(text: string | Uint8Array): void {
    this.#unread = Buffer.concat([this.#unread, Buffer.from(text)]);
    this.#heard();
  }

  terminate(): Promise<void> {
    this.terminations++;
    return Promise.resolve();
  }
}

const LINES: string[] = [];
const job: BuilderJob = {
  name: 'test',
  memoryBytes: 1,
  kernel: '/k',
  initrd: '/i',
  commandLine: 'quiet',
  disks: [{ path: '/d', format: 'raw', readOnly: true }],
  onLine: (line) => LINES.push(line),
};

function begin(signal = new AbortController().signal): {
  run: TalkingRun;
  spec: () => RunSpec | undefined;
  end: Promise<RunEnd>;
} {
  LINES.length = 0;
  const run = new TalkingRun();
  let launched: RunSpec | undefined;
  const runner: MachineRunner = {
    launch: (spec: RunSpec) => {
      launched = spec;
      return run as Partial<MachineRun> as MachineRun;
    },
  };
  const end = new RunnerBuilder(() => Promise.resolve(runner)).run(job, signal);
  return { run, end, spec: () => launched };
}

const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

test('tells whole lines, also those that come in pieces, without what steers a terminal', async () => {
  const { run, end } = begin();
  await turn();
  run.say('\x1b[1mbold\x1b[0m and ');
  run.say(Buffer.from('grün\r\n').subarray(0, 3));
  run.say(Buffer.from('grün\r\n').subarray(3));
  run.say('50 %\r100 %\nlast words');
  run.end.resolve({ kind: 'powered-off' });
  expect(await end).toEqual({ kind: 'powered-off' });
  expect(LINES).toEqual(['bold and grün', '100 %', 'last words']);
  expect(run.terminations).toBe(1);
});

test('starts it with the disks that the build has, and nothing of the person', async () => {
  const { run, end, spec } = begin();
  await turn();
  run.end.resolve({ kind: 'failed', cause: 'it burnt' });
  expect(await end).toEqual({ kind: 'failed', cause: 'it burnt' });
  expect(spec()?.disks).toEqual([{ slot: 0, path: '/d', format: 'raw', readOnly: true, own: false }]);
});

test('takes the power away when the build is cancelled, at once', async () => {
  const abort = new AbortController();
  const { run, end } = begin(abort.signal);
  await turn();
  abort.abort();
  expect(await failureOf(() => end)).toBe('cancelled');
  expect(run.terminations).toBe(1);
  const early = new AbortController();
  early.abort();
  expect(await failureOf(() => begin(early.signal).end)).toBe('cancelled');
});
