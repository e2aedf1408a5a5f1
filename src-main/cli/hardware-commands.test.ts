import { describe, expect, it } from 'vitest';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService, hostView, machineView } from './testing/fake-service.ts';

const GIB = 1024 ** 3;
const disk = (slot: number, fields: Partial<MachineView['disks'][number]> = {}): MachineView['disks'][number] => ({
  ...{ slot, path: '/data/disks/0123456789abcdef.qcow2', readOnly: false, format: 'qcow2', own: true },
  ...{ sizeBytes: 2 * GIB, usedBytes: GIB / 4, ...fields },
});

function bench(view: Partial<MachineView> = {}) {
  const done = (): Promise<MachineView> => Promise.resolve(machineView({ cpuLimit: 25, ...view }));
  const service = new FakeService({
    machines: { change: done, growDisk: done, rename: done, attachDisk: done, detachDisk: done },
    host: { view: () => Promise.resolve(hostView()) },
  });
  service.machines.push(machineView());
  const io = new FakeIo(service);
  return { io, service, asked: () => service.calls.filter(({ method }) => method !== 'machines.inspect') };
}

describe('inn vm set', () => {
  it('changes all that is said in one request, and tells what the machine has', async () => {
    const { io, asked } = bench();
    expect(await io.run('vm set a --cpus 1 --memory 512M --cpu-limit 25% --boot-order 1,0')).toBe(0);
    expect(asked()).toEqual([
      {
        method: 'machines.change',
        input: { machine: 'a', processors: 1, memoryBytes: GIB / 2, cpuLimit: 25, bootOrder: [1, 0] },
      },
    ]);
    expect(io.out).toBe('Machine a has 1 processor limited to 25 % and 512M of memory\n');
  });

  it('says when a machine has more processors than this computer', async () => {
    const { io } = bench({ processors: 6 });
    await io.run('vm set a --cpus 6');
    expect(io.err).toBe('Machine a has 6 processors and this computer has 4: they take turns\n');
  });

  it('makes the first disk larger, and renames last', async () => {
    const { io, asked } = bench({ disks: [disk(3)] });
    await io.run('vm set a --disk 4G --name b --cpu-limit none');
    expect(asked()).toEqual([
      { method: 'machines.change', input: { machine: 'a', cpuLimit: null } },
      { method: 'machines.growDisk', input: { machine: 'a', slot: 3, sizeBytes: 4 * GIB } },
      { method: 'machines.rename', input: { machine: 'a', name: 'b' } },
    ]);
  });

  it.each([
    'vm set a',
    'vm set a --cpu-limit 0',
    'vm set a --cpu-limit 101',
    'vm set a --boot-order x',
    'vm set a --disk big',
  ])('ends with status 2 and asks nothing: inn %s', async (line) => {
    const { io, service } = bench();
    expect(await io.run(line)).toBe(2);
    expect(service.calls).toEqual([]);
  });
});

describe('inn vm create', () => {
  it('takes a processor limit', async () => {
    const service = new FakeService({ machines: { create: () => Promise.resolve(machineView()) } });
    await new FakeIo(service).run('vm create a --cpu-limit 30');
    expect(service.calls[0]?.input).toMatchObject({ cpuLimit: 30 });
  });
});

describe('inn vm disk', () => {
  it.each<[string, string, object, string]>([
    ['add --size 2G', 'attachDisk', { disk: { sizeBytes: 2 * GIB } }, 'Attached disk 3 to machine a\n'],
    [
      'add --file x.iso --ro',
      'attachDisk',
      { disk: { path: '/home/me/x.iso', readOnly: true } },
      'Attached disk 3 to machine a\n',
    ],
    ['rm 1', 'detachDisk', { slot: 1, force: false }, 'Detached disk 1 from machine a\n'],
    ['rm 1 --force', 'detachDisk', { slot: 1, force: true }, 'Detached disk 1 from machine a\n'],
    ['grow 0 3G', 'growDisk', { slot: 0, sizeBytes: 3 * GIB }, 'Disk 0 of machine a has 3G now\n'],
  ])('a %s', async (words, method, input, out) => {
    const { io, asked } = bench({ disks: [disk(3)] });
    expect(await io.run(`vm disk a ${words}`)).toBe(0);
    expect(asked()).toMatchObject([{ method: `machines.${method}` }]);
    const given = JSON.stringify(asked()[0]?.input).replace(/"path":"[^"]*x\.iso"/, '"path":"/home/me/x.iso"');
    expect(JSON.parse(given)).toEqual({ machine: 'a', ...input });
    expect(io.out).toBe(out);
  });

  it('ls shows slots, sizes and files', async () => {
    const { io, service } = bench();
    service.machines[0] = machineView({
      disks: [disk(0), disk(2, { own: false, readOnly: true, format: 'raw', path: '/x.iso', usedBytes: null })],
    });
    await io.run('vm disk a ls');
    expect(io.out.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'SLOT SIZE TAKES FORMAT ACCESS FILE',
      '0 2G 256M qcow2 read and write its own',
      '2 2G ? raw read only /x.iso',
      '',
    ]);
  });

  it.each([
    'add',
    'add --size 1G --file x',
    'add --size 1G --ro',
    'add 1 --size 1G',
    'rm',
    'rm one',
    'rm 1 2',
    'grow 1',
    'grow 1 big',
    'ls 1',
    'none',
  ])('ends with status 2 and asks nothing: %s', async (words) => {
    const { io, service } = bench();
    expect(await io.run(`vm disk a ${words}`)).toBe(2);
    expect(io.err).toContain('inn: ');
    expect(service.calls).toEqual([]);
  });
});

describe('inn vm inspect', () => {
  it('tells limits, what was handed back and where it boots from', async () => {
    const service = new FakeService();
    service.machines.push(
      machineView({
        ...{ state: 'running', memoryBytes: GIB / 4, memoryAtStartBytes: GIB / 2, cpuLimit: 25, bootOrder: [1, 0] },
        stats: {
          ...{
            takenAt: 1,
            processorUsed: 0,
            memoryUsedBytes: 0,
            instructions: 1,
            diskReadBytes: 0,
            diskWrittenBytes: 0,
          },
          memoryReturnedBytes: GIB / 4,
        },
      }),
    );
    const io = new FakeIo(service);
    await io.run('vm inspect a');
    expect(io.out).toMatch(/^processor limit: +25 %$/m);
    expect(io.out).toMatch(/^memory: +256M of 512M, 256M handed back$/m);
    expect(io.out).toMatch(/^boot order: +1, 0$/m);
  });
});
