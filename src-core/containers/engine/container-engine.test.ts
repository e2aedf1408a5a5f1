import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { EngineBench } from './testing/engine-bench.ts';

const MIB = 1024 * 1024;

let bench: EngineBench;
beforeEach(async () => {
  bench = await EngineBench.open();
});

describe('a container', () => {
  it('runs on a node that is made for it, with what its image and the person say', async () => {
    bench.settings = { entrypoint: ['/entry'], command: ['preset'], workingDirectory: '/srv', labels: { of: 'image' } };
    const web = await bench.create({ command: ['serve'], environment: ['A=2', 'B=3'], hostName: 'web' });
    expect(web.view()).toMatchObject({
      ...{ name: 'web', image: 'busybox', state: 'running', restarts: 0, lastEnd: null, failure: null },
      ...{ command: ['/entry', 'serve'], labels: { of: 'image' }, node: { name: 'node-1' } },
    });
    const { prepared } = bench.node.running.get(web.id) ?? {};
    expect(prepared?.process.environment).toEqual(['PATH=/bin', 'A=2', 'B=3', 'HOSTNAME=web']);
    expect(prepared?.process.workingDirectory).toBe('/srv');
    expect(bench.session(web).isFinished).toBe(true);
  });

  it('tells how its process ended, and can be started again with what it wrote', async () => {
    const web = await bench.create();
    bench.node.disk.set(web.id, 'its data');
    bench.session(web).end(3);
    await bench.settle();
    expect(web.view()).toMatchObject({ state: 'exited', lastEnd: { kind: 'exited', exitStatus: 3, cause: null } });
    expect(bench.node.calls).toContain(`release ${web.id}`);
    await web.start();
    expect(web.view()).toMatchObject({ state: 'running', lastEnd: { exitStatus: 3 } });
    expect(bench.node.disk.get(web.id)).toBe('its data');
  });

  it('is asked to end, and made to when it does not', async () => {
    const web = await bench.create();
    bench.node.onSignal = (session, signal) => {
      if (signal === 9) session.end(137);
    };
    const stopped = web.stop(2000);
    await bench.settle();
    expect(web.state).toBe('stopping');
    expect(bench.node.calls.at(-1)).toBe('signal 15');
    await bench.pass(2000);
    await stopped;
    expect(bench.node.calls).toContain('signal 9 to all');
    expect(web.view().lastEnd).toMatchObject({
      kind: 'killed',
      exitStatus: 137,
      cause: expect.stringContaining('2 s') as string,
    });
  });

  it('is sent the stop signal of its image', async () => {
    bench.settings = { stopSignal: 'SIGQUIT' };
    const web = await bench.create();
    bench.node.onSignal = (session) => session.end(0);
    await web.stop();
    expect(bench.node.calls).toContain('signal 3');
    expect(web.view().lastEnd).toMatchObject({ kind: 'exited', exitStatus: 0 });
  });

  it('that ran out of memory is told so, with its limit', async () => {
    const web = await bench.create({ limits: { memoryBytes: 16 * MIB } });
    bench.node.runOutOfMemory(web.id);
    await bench.settle();
    expect(web.view().lastEnd).toMatchObject({
      kind: 'out-of-memory',
      exitStatus: 137,
      cause: expect.stringContaining('16 MiB') as string,
    });
  });

  it('that cannot be started stays, with the cause', async () => {
    const web = await bench.create({ start: false });
    const because = 'there is no user www';
    await web.start().catch(() => undefined);
    await web.stop();
    bench.node.fails.set('prepare', new AppError({ code: 'invalid-input', doing: 'prepare', because }));
    await expect(web.start()).rejects.toThrow(because);
    expect(web.view()).toMatchObject({ state: 'exited', failure: { because }, lastEnd: { kind: 'not-started' } });
    expect(bench.node.running.size).toBe(0);
    await web.start();
    expect(web.view()).toMatchObject({ state: 'running', failure: null });
  });

  it('lets go of its node when its process could not be run', async () => {
    const web = await bench.create({ start: false });
    await bench.nodes.add({ memoryBytes: 512 * MIB });
    await bench.restart();
    const again = bench.engine.get('web', 'start');
    bench.node.fails.set('run', new AppError({ code: 'not-found', doing: 'run', because: 'no such program' }));
    await expect(again.start()).rejects.toThrow('no such program');
    expect(bench.node.calls).toContain(`release ${web.id}`);
    expect(bench.engine.nodes.list()[0]).toMatchObject({ promisedMemoryBytes: 0, running: 0 });
  });

  it('is paused and goes on; commands are refused meanwhile', async () => {
    const web = await bench.create();
    await web.pause();
    expect(web.state).toBe('paused');
    expect(() => web.alive('run a command in')).toThrow(/paused/);
    await web.resume();
    expect(web.state).toBe('running');
    await expect(web.resume()).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('that is paused can be stopped', async () => {
    const web = await bench.create();
    await web.pause();
    await web.stop();
    expect(bench.node.calls).toContain(`resume ${web.id}`);
    expect(web.state).toBe('exited');
  });

  it('is restarted without losing what it wrote', async () => {
    const web = await bench.create();
    bench.node.disk.set(web.id, 'its data');
    await web.restart();
    expect(web.view()).toMatchObject({ state: 'running', lastEnd: { kind: 'exited', exitStatus: 143 } });
    expect(bench.node.disk.get(web.id)).toBe('its data');
  });

  it('is removed with what it wrote, by force also while it runs', async () => {
    const web = await bench.create();
    await expect(web.remove(false)).rejects.toMatchObject({ code: 'wrong-state' });
    await web.remove(true);
    await bench.settle();
    expect(bench.engine.list()).toEqual([]);
    expect(bench.removed).toEqual([web.id]);
    expect(bench.node.disk.has(web.id)).toBe(false);
    await bench.restart();
    expect(bench.engine.list()).toEqual([]);
  });

  it('removes itself at its end when it was asked to', async () => {
    const web = await bench.create({ removeAtEnd: true });
    bench.session(web).end(0);
    await bench.settle();
    expect(bench.removed).toEqual([web.id]);
    await bench.create({ removeAtEnd: true });
  });

  it('that is being started can be stopped while its node comes up', async () => {
    const web = await bench.create({ start: false });
    let wake: () => void = () => undefined;
    await bench.nodes.add({ memoryBytes: 512 * MIB });
    await bench.restart();
    const again = bench.engine.get(web.id, 'start');
    bench.node.wake = () => new Promise(() => (wake = () => undefined));
    const started = again.start();
    const refused = expect(started).rejects.toMatchObject({ code: 'cancelled' });
    await bench.settle();
    expect(again.state).toBe('starting');
    await again.stop();
    await refused;
    expect(again.state).toBe('exited');
    wake();
  });

  it('is found by its name in any case, by its id and by the beginning of it', async () => {
    const web = await bench.create({ start: false });
    const other = await bench.create({ name: 'other', start: false });
    for (const reference of ['web', 'WEB', web.id]) expect(bench.engine.get(reference, 'find')).toBe(web);
    let length = 1;
    while (other.id.startsWith(web.id.slice(0, length))) length++;
    expect(bench.engine.get(web.id.slice(0, length), 'find')).toBe(web);
    expect(() => bench.engine.get('nobody', 'find')).toThrow(AppError);
    await expect(bench.create({ name: 'WEB' })).rejects.toMatchObject({ code: 'already-exists' });
    await bench.engine.rename('other', 'another');
    expect(bench.engine.get('another', 'find')).toBe(other);
  });

  it('is given a name where none is asked for', async () => {
    const container = await bench.create({ name: undefined, start: false });
    expect(container.name).toMatch(/^[a-z]+_[a-z]+$/);
  });

  it('has its image pulled where that is not here, unless it must not be', async () => {
    await bench.create({ image: 'nginx', start: false });
    expect(bench.pulls).toEqual(['nginx']);
    await expect(bench.create({ name: 'b', image: 'nginx', pull: 'never', start: false })).rejects.toMatchObject({
      code: 'not-found',
    });
    await bench.create({ name: 'c', pull: 'always', start: false });
    expect(bench.pulls).toEqual(['nginx', 'busybox']);
  });

  it('tells what was changed of its files as docker does', async () => {
    const web = await bench.create();
    bench.node.archives.set(
      web.id,
      tar([
        ['./', '5'],
        ['./etc/', '5'],
        ['./etc/passwd', '3'],
        ['./new', '0'],
      ]),
    );
    expect(await bench.engine.diff(web)).toEqual([
      { kind: 'changed', path: '/etc' },
      { kind: 'removed', path: '/etc/passwd' },
      { kind: 'added', path: '/new' },
    ]);
  });
});

describe('a restart policy', () => {
  it('starts it again after pauses that double, and that are short again once it has run for a while', async () => {
    const web = await bench.create({ restart: { policy: 'always' } });
    for (const pause of [100, 200, 400]) {
      bench.session(web).end(1);
      await bench.settle();
      expect(web.view()).toMatchObject({ state: 'restarting', nextStartAt: bench.clock.now() + pause });
      await bench.pass(pause - 1);
      expect(web.state).toBe('restarting');
      await bench.pass(1);
      expect(web.state).toBe('running');
    }
    expect(web.view().restarts).toBe(3);
    await bench.pass(10_000);
    bench.session(web).end(1);
    await bench.settle();
    expect(web.view().nextStartAt).toBe(bench.clock.now() + 100);
  });

  it('on-failure starts only what failed, and only so often', async () => {
    const web = await bench.create({ restart: { policy: 'on-failure', mostRetries: 1 } });
    bench.session(web).end(1);
    await bench.pass(100);
    expect(web.state).toBe('running');
    bench.session(web).end(1);
    await bench.settle();
    expect(web.state).toBe('exited');
    const fine = await bench.create({ name: 'fine', restart: { policy: 'on-failure' } });
    bench.session(fine).end(0);
    await bench.settle();
    expect(fine.state).toBe('exited');
  });

  it('leaves alone what a person stopped, and brings back what was killed', async () => {
    const web = await bench.create({ restart: { policy: 'always' } });
    await web.stop();
    await bench.pass(120_000);
    expect(web.state).toBe('exited');
    await web.start();
    await web.kill(9);
    await bench.pass(120_000);
    expect(web.view()).toMatchObject({ state: 'running', lastEnd: { kind: 'killed' } });
  });

  it('can be stopped in the pause', async () => {
    const web = await bench.create({ restart: { policy: 'always' } });
    bench.session(web).end(1);
    await bench.settle();
    await web.stop();
    await bench.pass(1000);
    expect(web.state).toBe('exited');
  });

  it('tries again when the container cannot be started', async () => {
    const web = await bench.create({ restart: { policy: 'always' } });
    bench.node.fails.set('prepare', new AppError({ code: 'disk-full', doing: 'prepare', because: 'the disk is full' }));
    bench.session(web).end(1);
    await bench.pass(100);
    expect(web.view()).toMatchObject({
      state: 'restarting',
      lastEnd: { kind: 'not-started' },
      failure: { code: 'disk-full' },
    });
    await bench.pass(200);
    expect(web.state).toBe('running');
  });

  it('counts when Innkeeper starts, as docker has it', async () => {
    const policies = ['no', 'on-failure', 'always', 'unless-stopped'] as const;
    for (const policy of policies) {
      await bench.create({ name: `ran-${policy}`, restart: { policy } });
      await (await bench.create({ name: `stopped-${policy}`, restart: { policy } })).stop();
      await bench.create({ name: `new-${policy}`, restart: { policy }, start: false });
    }
    await bench.restart();
    const running = bench.engine.list().filter(({ state }) => state === 'running');
    expect(running.map(({ name }) => name)).toEqual(['ran-always', 'ran-unless-stopped', 'stopped-always']);
    expect(bench.engine.get('ran-no', 'look at').view()).toMatchObject({
      state: 'exited',
      lastEnd: { kind: 'interrupted' },
    });
  });
});

function tar(entries: readonly (readonly [string, string])[]): Uint8Array {
  const archive = new Uint8Array(512 * (entries.length + 2));
  entries.forEach(([name, type], index) => {
    const header = archive.subarray(index * 512, index * 512 + 512);
    const put = (text: string, at: number): void => void new TextEncoder().encodeInto(text, header.subarray(at));
    put(name, 0);
    for (const at of [100, 108, 116]) put('0000000\0', at);
    put('00000000000\0', 124);
    put('00000000000\0', 136);
    put('        ', 148);
    put(type, 156);
    put('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  });
  return archive;
}
