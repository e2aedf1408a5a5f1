import { beforeEach, describe, expect, it } from 'vitest';
import { Deferred } from '../../src-core/base/deferred.ts';
import { AppError } from '../../src-core/base/errors.ts';
import type { TaskView } from '../../src-core/contract/tasks.ts';
import { FakeClock } from '../../src-core/host/testing/fake-clock.ts';
import type { Images } from '../../src-core/images/image.ts';
import { ImageBuilds } from './image-builds.ts';
import { Tasks } from './tasks.ts';

let clock: FakeClock;
let tasks: Tasks;
let heard: TaskView[];
beforeEach(() => {
  clock = new FakeClock();
  tasks = new Tasks(clock);
  heard = [];
  tasks.onChanged((view) => heard.push(view));
});

/** Work that goes on as the test says. */
function work() {
  const end = new Deferred<undefined>();
  let progress: (phase: string, fraction: number | null) => void = () => undefined;
  let signal: AbortSignal | undefined;
  const { view, done } = tasks.start({
    title: 'Build image tiny',
    subject: { kind: 'image', id: 'tiny' },
    run: (report, abort) => {
      progress = report;
      signal = abort;
      abort.addEventListener('abort', () => end.reject(cancelled()));
      return end.promise;
    },
  });
  return {
    id: view.id,
    done,
    end,
    progress: (p: string, f: number | null) => progress(p, f),
    aborted: () => signal?.aborted,
  };
}

const cancelled = (): AppError => new AppError({ code: 'cancelled', doing: 'build', because: 'it was cancelled' });

describe('a task', () => {
  it('tells each phase at once, and progress within one at most ten times a second', () => {
    const { progress } = work();
    progress('Downloading', 0);
    for (let step = 1; step <= 50; step++) progress('Downloading', step / 100);
    expect(heard.map(({ phase, fraction }) => [phase, fraction])).toEqual([
      ['Starting', null],
      ['Downloading', 0],
    ]);
    clock.pass(100);
    expect(heard.at(-1)).toMatchObject({ phase: 'Downloading', fraction: 0.5 });
    expect(heard).toHaveLength(3);
  });

  it('stays listed when it is done, until it is dismissed', async () => {
    const { id, end, done } = work();
    expect(() => tasks.dismiss(id)).toThrow(expect.objectContaining({ code: 'wrong-state', hint: 'Cancel it first.' }));
    end.resolve(undefined);
    await done;
    expect(tasks.list()).toMatchObject([{ id, state: 'done', fraction: 1, cancellable: false, failure: null }]);
    expect(() => tasks.cancel(id)).toThrow(expect.objectContaining({ code: 'wrong-state' }));
    tasks.dismiss(id);
    expect(tasks.list()).toEqual([]);
    expect(() => tasks.dismiss(id)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('is cancelled, which is told apart from failing', async () => {
    const one = work();
    tasks.cancel(one.id);
    await expect(one.done).rejects.toThrow('cancelled');
    const two = work();
    two.end.reject(new AppError({ code: 'network', doing: 'download', because: 'the archive does not answer' }));
    await expect(two.done).rejects.toThrow();
    expect(tasks.list().map(({ state, failure }) => [state, failure?.code])).toEqual([
      ['cancelled', 'cancelled'],
      ['failed', 'network'],
    ]);
  });
});

describe('building images', () => {
  function builds() {
    const runs: { end: Deferred<undefined>; signal: AbortSignal }[] = [];
    const images = {
      catalog: () => [{ name: 'tiny' }, { name: 'big' }],
      card: (name: string) => (['tiny', 'big'].includes(name) ? { name } : undefined),
      get: (name: string) => Promise.resolve({ document: { name } }),
      build: async (name: string, { signal }: { signal: AbortSignal }) => {
        const end = new Deferred<undefined>();
        signal.addEventListener('abort', () => end.reject(cancelled()));
        runs.push({ end, signal });
        await end.promise;
        return { document: { name } };
      },
    } as unknown as Images;
    const built: string[] = [];
    return { runs, built, builds: new ImageBuilds(images, tasks, (name) => built.push(name)) };
  }
  const machine = (id: string): { id: string; name: string } => ({ id, name: id });

  it('happens once, however many machines wait for an image', async () => {
    const { runs, built, builds: all } = builds();
    const one = all.prepare('tiny', machine('one'));
    const two = all.prepare('tiny', machine('two'));
    expect(two.task).toBe(one.task);
    expect(all.pull('tiny').id).toBe(one.task);
    runs[0]?.end.resolve(undefined);
    expect((await one.done).document.name).toBe('tiny');
    expect(built).toEqual(['tiny']);
    expect(runs).toHaveLength(1);
    expect(all.prepare('tiny', machine('three')).task).not.toBe(one.task);
  });

  it('is cancelled when the last machine that waits leaves, unless a person asked for the image', async () => {
    const { runs, builds: all } = builds();
    const one = all.prepare('tiny', machine('one'));
    const two = all.prepare('tiny', machine('two'));
    one.release();
    expect(runs[0]?.signal.aborted).toBe(false);
    two.release();
    expect(runs[0]?.signal.aborted).toBe(true);
    await expect(two.done).rejects.toThrow('cancelled');
    all.pull('big');
    all.prepare('big', machine('one')).release();
    expect(runs[1]?.signal.aborted).toBe(false);
  });

  it('refuses what is not in the catalogue, and says what is', () => {
    const { builds: all } = builds();
    expect(() => all.pull('nope')).toThrow(
      expect.objectContaining({ code: 'not-found', hint: 'The catalogue has: tiny, big.' }),
    );
  });
});
