import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyQcow2 } from '../../src-core/disks/qcow2/create.ts';
import type { CaptureRequest, MachineRun, RunSpec, RunStart } from '../../src-core/hypervisor/runner.ts';
import { inspectMemoryLayer } from '../../src-core/machine/state/inspect-layer.ts';
import { TINY_GUEST } from './testing/tiny-guest.ts';
import { WorkerRunner } from './worker-runner.ts';

const DISK_BYTES = 1 << 20;
let folder: string;
let runner: WorkerRunner;
const runs: MachineRun[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-run-'));
  await mkdir(join(folder, 'disks'));
  await mkdir(join(folder, 'memory'));
  await writeFile(join(folder, 'kernel'), TINY_GUEST);
  runner = await WorkerRunner.open();
});

afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.terminate()));
  await rm(folder, { recursive: true });
});

const memory = (name: string): string => join(folder, 'memory', name);

async function layer(name: string, backing?: string): Promise<string> {
  const path = join(folder, 'disks', name);
  const below = backing === undefined ? {} : { backing: { path: backing, format: 'qcow2' as const } };
  await writeFile(path, emptyQcow2({ sizeBytes: DISK_BYTES, ...below }, path));
  return path;
}

/** A machine and what it shows. Of the guest's letters p, r, f, u, x and s mean something else. */
class Seen {
  readonly run: MachineRun;
  text = '';

  constructor(run: MachineRun) {
    this.run = run;
    run.console.onReadable(() => this.#read());
    this.#read();
  }

  async types(text: string): Promise<void> {
    this.run.console.write(new TextEncoder().encode(text));
    await this.shows(text);
  }

  async shows(text: string): Promise<void> {
    await expect.poll(() => this.text, { timeout: 20_000, interval: 10 }).toContain(text);
  }

  #read(): void {
    const bytes = new Uint8Array(1024);
    for (let count = this.run.console.read(bytes); count > 0; count = this.run.console.read(bytes))
      this.text += new TextDecoder().decode(bytes.subarray(0, count));
  }
}

function launch(start: RunStart = { kind: 'power-on' }, disks: RunSpec['disks'] = []): MachineRun {
  const boot = { kernel: join(folder, 'kernel'), initrd: null, firmware: null, commandLine: '' };
  const spec = { id: 'one', name: 'one', harts: 1, memoryBytes: 64 << 20, cpuLimit: null, boot, disks, start };
  const run = runner.launch(spec);
  runs.push(run);
  return run;
}

async function started(start?: RunStart, disks?: RunSpec['disks']): Promise<Seen> {
  const run = launch(start, disks);
  await run.started;
  return new Seen(run);
}

const request = (changes: Partial<CaptureRequest>): CaptureRequest => ({
  memory: null,
  tops: [],
  then: 'go-on',
  ...changes,
});

describe('a run that is taken at one moment', () => {
  it('goes on, and its memory is one layer and then only what was written since', async () => {
    const one = await started();
    await one.shows('R');
    expect(one.run.memoryBase).toBeNull();
    const { memoryBytes, pausedMs } = await one.run.capture(request({ memory: memory('a.state') }));
    expect(pausedMs).toBeGreaterThan(0);
    expect(one.run.memoryBase).toBe(memory('a.state'));
    await one.types('hello');
    const second = await one.run.capture(request({ memory: memory('b.state') }));
    expect(second.memoryBytes).toBeLessThan(memoryBytes);
    expect((await readFile(memory('b.state'))).length).toBe(second.memoryBytes);
    expect(inspectMemoryLayer(await readFile(memory('b.state')), 'look').base).toBe('a.state');
    await one.types('again');
    const back = await started({ kind: 'restore', memory: memory('b.state') });
    expect(back.run.memoryBase).toBe(memory('b.state'));
    await back.run.resume();
    await back.types('back');
    expect(back.text).not.toContain('R');
  });

  it('stands still when that is wanted, until it is resumed; one that was paused stays so', async () => {
    const one = await started();
    await one.shows('R');
    await one.run.capture(request({ then: 'hold' }));
    one.run.console.write(new TextEncoder().encode('held'));
    const before = one.run.measure().instructions;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.run.measure().instructions).toBe(before);
    await one.run.resume();
    await one.shows('held');
    await one.run.pause();
    await one.run.capture(request({ then: 'go-on' }));
    const paused = one.run.measure().instructions;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.run.measure().instructions).toBe(paused);
  });

  it('goes on as before when a new disk layer is missing or its memory cannot be written', async () => {
    const disk = { slot: 2, path: await layer('a.qcow2'), format: 'qcow2', readOnly: false, own: true } as const;
    const one = await started(undefined, [disk]);
    await one.shows('R');
    const tops = [{ disk: 2, path: join(folder, 'disks/none.qcow2') }];
    const missing = one.run.capture(request({ memory: memory('a.state'), tops, then: 'hold' }));
    await expect(missing).rejects.toMatchObject({ code: 'not-found' });
    expect(existsSync(memory('a.state'))).toBe(false);
    const good = [{ disk: 2, path: await layer('b.qcow2', 'a.qcow2') }];
    const unwritable = one.run.capture(request({ memory: join(folder, 'nowhere/a.state'), tops: good }));
    await expect(unwritable).rejects.toMatchObject({ code: 'not-found' });
    expect(one.run.memoryBase).toBeNull();
    await one.types('on');
    await one.run.capture(request({ tops: good }));
    await one.types('and on');
  });

  it('is not restored from a layer that is damaged', async () => {
    const one = await started();
    await one.shows('R');
    await one.run.capture(request({ memory: memory('a.state') }));
    const bytes = await readFile(memory('a.state'));
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    await writeFile(memory('a.state'), bytes);
    await expect(launch({ kind: 'restore', memory: memory('a.state') }).started).rejects.toMatchObject({
      code: 'corrupt',
    });
    await expect(launch({ kind: 'restore', memory: memory('no.state') }).started).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('a copy of a run', () => {
  it('goes on where it stood, apart from it', async () => {
    const one = await started();
    await one.types('common');
    await one.run.capture(request({ memory: memory('a.state') }));
    await one.run.capture(request({ then: 'hold' }));
    const two = await started({ kind: 'fork', of: one.run });
    await one.run.resume();
    await one.types('one');
    await two.run.resume();
    await two.types('two');
    expect(two.text).toBe('two');
    expect(one.text).not.toContain('two');
    expect(two.run.memoryBase).toBe(memory('a.state'));
    // What it writes is a delta on what its source was taken as, and whole again with that.
    await one.run.terminate();
    await two.run.capture(request({ memory: memory('b.state') }));
    expect(inspectMemoryLayer(await readFile(memory('b.state')), 'look').base).toBe('a.state');
    const three = await started({ kind: 'restore', memory: memory('b.state') });
    await three.run.resume();
    await three.types('again');
  });

  it('is refused of one that runs, or is gone', async () => {
    const one = await started();
    await one.shows('R');
    await expect(launch({ kind: 'fork', of: one.run }).started).rejects.toThrow('stands still');
    await one.types('the end');
    await one.run.capture(request({ then: 'hold' }));
    await one.run.terminate();
    const late = launch({ kind: 'fork', of: one.run });
    await expect(late.started).rejects.toThrow();
  });

  it('of copies can be taken as well, with a thread and a memory that waited for it', async () => {
    const one = await started();
    await one.types('hello');
    // Long enough for a spare thread to be there: both ways have to work.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    let last = one;
    for (const name of ['a', 'b', 'c']) {
      // And for a memory to be there after the first copy.
      if (name === 'b') await new Promise((resolve) => setTimeout(resolve, 2500));
      await last.run.capture(request({ then: 'hold' }));
      const next = await started({ kind: 'fork', of: last.run });
      await last.run.resume();
      await next.run.resume();
      await next.types(name);
      await last.types(`${name} ${name}`);
      last = next;
    }
  });
});

it('begins in the thread that has waited since the last machine ended', async () => {
  const one = await started();
  await one.shows('R');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await one.run.terminate();
  const two = await started();
  await two.shows('R');
});

describe('a run whose power is taken away', () => {
  it('is gone at once while it spins, stands still, or has not begun', async () => {
    const one = await started();
    await one.shows('R');
    one.run.console.write(new TextEncoder().encode('s'));
    const two = await started();
    await two.run.pause();
    const three = launch();
    const refused = expect(three.started).rejects.toMatchObject({ code: 'wrong-state' });
    await Promise.all([one.run.terminate(), two.run.terminate(), three.terminate()]);
    await refused;
  });
});
