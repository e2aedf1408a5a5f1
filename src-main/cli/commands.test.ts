import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-core/base/errors.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService, hostView, machineView } from './testing/fake-service.ts';

const status = {
  version: '0.1.0',
  dataDirectory: '/data',
  uptimeMs: 61_000,
  pid: 42,
  host: 'background',
  machines: { total: 2, running: 1 },
} as const;

describe('what is printed', () => {
  it('is text for people and one JSON document with --json', async () => {
    const io = new FakeIo(new FakeService({ service: { status: () => Promise.resolve(status) } }));
    expect(await io.run('status')).toBe(0);
    expect(io.out).toContain('uptime:         1 min 1 s\n');
    const other = new FakeIo(new FakeService({ service: { status: () => Promise.resolve(status) } }));
    await other.run('status --json');
    expect(JSON.parse(other.out)).toEqual(status);
    expect(other.err).toBe('');
  });

  it('is a table of machines with what they are and how they fare', async () => {
    const service = new FakeService();
    const cause = 'Kernel panic\u001b[2J\nall lost';
    service.machines.push(
      machineView({ name: 'web', state: 'running', processors: 2, startedAt: Date.now() - 60_500 }),
      machineView({ name: 'b', state: 'failed', lastEnd: { kind: 'failed', at: 1, cause } }),
    );
    const io = new FakeIo(service);
    await io.run('vm ls');
    const [header, web, failed] = io.out.split('\n');
    expect(header).toMatch(/^NAME +STATE +SOURCE +CPUS +MEMORY +ADDRESS +UP$/);
    expect(web).toMatch(/^web +running +debian-13-tiny +2 +512M +- +1 min$/);
    expect(failed).toContain('failed: Kernel panic [2J all lost');
  });

  it('shows the resources of the host, who uses them and the ports', async () => {
    const io = new FakeIo(new FakeService({ host: { view: () => Promise.resolve(hostView()) } }));
    await io.run('host');
    expect(io.out).toMatch(/^memory +8G +1G +256M +3G$/m);
    expect(io.out).toMatch(/^a +0\.50 of 2 +256M of 1G +0$/m);
    expect(io.out).toContain('127.0.0.1:8471/tcp');
  });
});

describe('a failure', () => {
  it('is one line in the form of inn, then what to do, with status 1 and nothing on standard output', async () => {
    const io = new FakeIo(new FakeService());
    expect(await io.run('vm inspect none')).toBe(1);
    expect(io.err).toBe('inn: failed to find machine none: there is no such machine\nSee "inn vm ls".\n');
    expect(io.out).toBe('');
  });

  it('stays on its line and does not steer the terminal, whatever a guest wrote', async () => {
    const because = 'it said\n\u001b]0;title\u0007 bye';
    const service = new FakeService({
      machines: { kill: () => Promise.reject(new AppError({ code: 'internal', doing: 'kill machine a', because })) },
    });
    const io = new FakeIo(service);
    expect(await io.run('vm kill a')).toBe(1);
    expect(io.err).toBe('inn: failed to kill machine a: it said ]0;title  bye\n');
  });

  it('of the input is told in our words', async () => {
    const io = new FakeIo(new FakeService());
    expect(await io.run('vm create -- -x-')).toBe(1);
    expect(io.err).toBe(
      'inn: failed to create machine -x-: Use 1 to 63 letters, digits or hyphens, starting and ending with a letter or digit\n',
    );
    expect(await io.run('vm create a --memory 1M')).toBe(1);
    expect(io.err).toContain('inn: failed to create machine a: A machine needs at least 64 MiB of memory\n');
  });
});

describe('wrong usage', () => {
  it.each([
    'none',
    'vm none',
    'vm start',
    'vm start a b',
    'vm create a --memory much',
    'vm create a --cpus 0',
    'vm stop a --grace soon',
    'vm set a',
    'vm exec a',
    'vm ls --none',
    'serve --web http',
    'completion fish',
    'vm exec -e novalue a -- ls',
  ])('ends with status 2 and asks nothing of the service: inn %s', async (line) => {
    const service = new FakeService();
    const io = new FakeIo(service);
    expect(await io.run(line)).toBe(2);
    expect(io.err).toMatch(/^inn: /);
    expect(service.calls).toEqual([]);
  });

  it('is not what help and version are', async () => {
    const io = new FakeIo();
    expect(await io.run('vm create --help')).toBe(0);
    expect(io.out).toContain('--disk-file <file[:ro]>');
    expect(await io.run('--version')).toBe(0);
    expect(io.out).toContain('1.2.3\n');
  });
});

describe('inn vm', () => {
  async function created(line: string) {
    const service = new FakeService({ machines: { create: () => Promise.resolve(machineView()) } });
    const io = new FakeIo(service);
    const exit = await io.run(`vm create ${line}`);
    return { exit, err: io.err, input: service.calls[0]?.input };
  }

  it('create takes an image, sizes and counts', async () => {
    expect((await created('a')).input).toMatchObject({ name: 'a', source: { kind: 'image', image: 'debian-13-tiny' } });
    expect((await created('a --image x --cpus 2 --memory 1G')).input).toEqual({
      name: 'a',
      source: { kind: 'image', image: 'x' },
      processors: 2,
      memoryBytes: 1024 ** 3,
      disks: [],
      start: false,
    });
  });

  it('create makes paths absolute from where the person stands', async () => {
    const line =
      'a --kernel Image --initrd ../i.gz --firmware /fw.bin --append console=ttyS0 --disk-file d.raw --disk-file /e.raw:ro';
    expect((await created(line)).input).toMatchObject({
      source: {
        kind: 'files',
        kernel: '/home/me/Image',
        initrd: '/home/i.gz',
        firmware: '/fw.bin',
        commandLine: 'console=ttyS0',
      },
      disks: [
        { path: '/home/me/d.raw', readOnly: false },
        { path: '/e.raw', readOnly: true },
      ],
    });
  });

  it('create makes new disks before those of files', async () => {
    expect((await created('a --disk-file /e.qcow2 --disk 256M --disk 2G')).input).toMatchObject({
      disks: [{ sizeBytes: 256 * 1024 ** 2 }, { sizeBytes: 2 * 1024 ** 3 }, { path: '/e.qcow2', readOnly: false }],
    });
  });

  it.each(['a --image x --kernel k', 'a --initrd i', 'a --append x'])(
    'create refuses what contradicts itself: %s',
    async (line) => {
      const { exit, err, input } = await created(line);
      expect([exit, input]).toEqual([1, undefined]);
      expect(err).toMatch(/^inn: failed to create machine a: /);
    },
  );

  it.each([
    ['vm kill a', 'machines.kill', { machine: 'a' }, 'Killed machine a\n'],
    ['vm pause a', 'machines.pause', { machine: 'a' }, 'Paused machine a\n'],
    ['vm resume a', 'machines.resume', { machine: 'a' }, 'Resumed machine a\n'],
    ['vm set a --name b', 'machines.rename', { machine: 'a', name: 'b' }, 'Renamed machine a to a\n'],
    ['vm rm a', 'machines.remove', { machine: 'a', purge: true }, 'Deleted machine a\n'],
    ['image rm x', 'images.remove', { image: 'x' }, 'Removed image x\n'],
  ])('%s calls %s', async (line, method, input, text) => {
    const done = () => Promise.resolve(machineView());
    const service = new FakeService({
      machines: { kill: done, pause: done, resume: done, rename: done, remove: () => Promise.resolve({ id: 'id-a' }) },
      images: { remove: () => Promise.resolve({}) },
    });
    const io = new FakeIo(service);
    expect(await io.run(line)).toBe(0);
    expect(service.calls).toEqual([{ method, input }]);
    expect(io.out).toBe(text);
  });
});

describe('the service', () => {
  it.each([
    ['serve', undefined],
    ['serve --web', null],
    ['serve --web 0', 0],
    ['serve --web 8080', 8080],
  ])('is run by inn %s', async (line, webPort) => {
    const io = new FakeIo();
    expect(await io.run(line)).toBe(0);
    expect(io.served).toEqual([{ webPort }]);
  });

  it('need not be there to be stopped', async () => {
    const io = new FakeIo();
    expect(await io.run('stop')).toBe(0);
    expect(io.out).toBe('No service is running.\n');
  });

  it('is not stopped where a guest cannot be suspended', async () => {
    const refusal = new AppError({
      code: 'wrong-state',
      doing: 'stop the service',
      because: 'guests run',
      hint: 'Use --force.',
    });
    const stop = () => Promise.reject(refusal);
    const io = new FakeIo(new FakeService({ service: { stop } }));
    expect(await io.run('stop')).toBe(1);
    expect(io.err).toBe('inn: failed to stop the service: guests run\nUse --force.\n');
  });
});

describe('completion', () => {
  it('offers commands, options and names', async () => {
    const service = new FakeService();
    service.machines.push(machineView({ name: 'web' }), machineView({ name: 'worker' }));
    const offered = async (line: string) => {
      const io = new FakeIo(service);
      expect(await io.run(`complete-words -- ${line}`)).toBe(0);
      return io.out.trimEnd().split('\n');
    };
    expect(await offered('s')).toEqual(['status', 'serve', 'stop']);
    expect(await offered('vm re')).toEqual(['restart', 'resume']);
    expect(await offered('vm start w')).toEqual(['web', 'worker']);
    expect(await offered('vm create --me')).toEqual(['--memory']);
  });

  it.each(['bash', 'zsh'])('is a script for %s', async (shell) => {
    const io = new FakeIo();
    expect(await io.run(`completion ${shell}`)).toBe(0);
    expect(io.out).toContain('inn complete-words --');
  });
});
