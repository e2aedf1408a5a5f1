import { beforeEach, describe, expect, it } from 'vitest';
import { Deferred } from '../../base/deferred.ts';
import { AppError } from '../../base/errors.ts';
import { Workbench } from '../testing/workbench.ts';

let bench: Workbench;
let id: string;

beforeEach(async () => {
  bench = await Workbench.open();
  ({ id } = await bench.create('web'));
  await machine().start();
});

function machine(): ReturnType<typeof bench.hypervisor.get> {
  return bench.hypervisor.get('web', 'use');
}

/** Files of saved memory. */
const saved = (): string[] => [...bench.files.entries.keys()].filter((path) => path.startsWith('/data/memory/'));
const resume = (): unknown => {
  const definition = JSON.parse(bench.files.text(`/data/machines/${id}/machine.json`)) as Record<string, unknown>;
  return definition['resume'];
};
const full = new AppError({ code: 'disk-full', doing: 'write it', because: 'the disk is full' });

describe('a machine that is suspended', () => {
  it('has its state on disk, no power, and says how its run ended', async () => {
    await machine().suspend();
    expect(bench.runner.last.calls).toEqual(['capture hold', 'terminate']);
    expect(saved()).toHaveLength(1);
    expect(bench.hypervisor.inspect('web')).toMatchObject({
      state: 'suspended',
      startedAt: null,
      lastEnd: { kind: 'suspended', cause: null },
    });
  });

  it.each(['start', 'resume'] as const)('goes on from it with %s, and keeps nothing of it', async (verb) => {
    await machine().suspend();
    const [memory] = saved();
    await machine()[verb]();
    expect(bench.runner.last.spec.start).toEqual({ kind: 'restore', memory });
    expect(bench.runner.last.calls).toEqual(['resume']);
    expect(bench.state('web')).toBe('running');
    expect(resume()).toBeNull();
    await machine().kill();
    await machine().start();
    expect(bench.runner.last.spec.start).toEqual({ kind: 'power-on' });
  });

  it('is still suspended when Innkeeper starts again, whenever it ended', async () => {
    await machine().suspend();
    await bench.restart();
    expect(bench.state('web')).toBe('suspended');
    bench.runner.holds = true;
    void machine()
      .resume()
      .catch(() => undefined);
    await bench.settle();
    expect(bench.state('web')).toBe('starting');
    // It was not restored yet: so nothing is lost.
    await bench.restart();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'suspended', lastEnd: { kind: 'suspended' } });
  });

  it('does nothing before its state is gone: what wrote to its disks is never put back', async () => {
    await machine().suspend();
    const before = bench.files.writeAtomically.bind(bench.files);
    let present: boolean | null = null;
    bench.files.writeAtomically = (path, bytes) => {
      if (path.endsWith('machine.json')) present = bench.runner.last.calls.includes('resume');
      return before(path, bytes);
    };
    await machine().resume();
    expect(present).toBe(false);
    await bench.restart();
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'stopped', lastEnd: { kind: 'interrupted' } });
  });

  it('stays suspended when it cannot be resumed, and says why', async () => {
    await machine().suspend();
    bench.runner.holds = true;
    const resuming = machine().resume();
    await bench.settle();
    bench.runner.last.begun.reject(new AppError({ code: 'corrupt', doing: 'resume', because: 'it is damaged' }));
    await expect(resuming).rejects.toMatchObject({ code: 'corrupt' });
    expect(bench.hypervisor.inspect('web')).toMatchObject({ state: 'suspended', failure: { code: 'corrupt' } });
    expect(saved()).toHaveLength(1);
  });

  it('is not resumed while its image is away', async () => {
    await machine().suspend();
    bench.images.absent = true;
    await expect(machine().resume()).rejects.toMatchObject({ code: 'not-found' });
    expect(bench.state('web')).toBe('suspended');
  });

  it.each(['discard', 'kill'] as const)('starts anew after %s', async (verb) => {
    await machine().suspend();
    await machine()[verb]();
    expect(bench.state('web')).toBe('stopped');
    expect(resume()).toBeNull();
    await bench.layers.sweep();
    expect(saved()).toEqual([]);
    await bench.restart();
    expect(bench.state('web')).toBe('stopped');
  });

  it('keeps its state in the bin', async () => {
    await machine().suspend();
    await bench.hypervisor.remove('web', false);
    await bench.layers.sweep();
    await bench.hypervisor.restore(id);
    expect(bench.state('web')).toBe('suspended');
    expect(saved()).toHaveLength(1);
  });
});

describe('suspending', () => {
  it.each(['running', 'paused'])('leaves the machine %s when its state cannot be written', async (state) => {
    if (state === 'paused') await machine().pause();
    bench.runner.last.save = () => Promise.reject(full);
    await expect(machine().suspend()).rejects.toMatchObject({ code: 'disk-full', doing: 'suspend machine web' });
    expect(bench.state('web')).toBe(state);
  });

  it('gives way to a kill', async () => {
    const written = new Deferred<undefined>();
    bench.runner.last.save = () => written.promise;
    const suspending = machine().suspend();
    await bench.settle();
    expect(bench.state('web')).toBe('suspending');
    await machine().kill();
    written.resolve(undefined);
    await expect(suspending).rejects.toMatchObject({ code: 'cancelled' });
    expect(bench.state('web')).toBe('stopped');
    expect(resume()).toBeNull();
  });

  it('of all tells of each that could not be, and keeps the service', async () => {
    await bench.create('db');
    await bench.hypervisor.get('db', 'start').start();
    bench.runner.last.save = () => Promise.reject(full);
    await expect(bench.hypervisor.suspendAll('stop the service')).rejects.toMatchObject({
      because: 'db cannot be suspended: the disk is full',
    });
    expect([bench.state('web'), bench.state('db')]).toEqual(['suspended', 'running']);
  });
});
