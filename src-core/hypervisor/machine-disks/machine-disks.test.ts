import { beforeEach, describe, expect, it } from 'vitest';
import { readHeader } from '../../disks/qcow2/header-file.ts';
import { emptyQcow2 } from '../../disks/qcow2/create.ts';
import { MemoryFile } from '../../disks/testing/memory-file.ts';
import { Workbench } from '../testing/workbench.ts';

const MIB = 1024 * 1024;
let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});

function bytesOf(path: string): Uint8Array {
  return bench.files.entries.get(path)?.bytes ?? new Uint8Array(0);
}

describe('a new disk', () => {
  it('is a thin layer in the pool, shown with its size and what it takes', async () => {
    const { disks } = await bench.create('web', { disks: [{ sizeBytes: 512 * MIB }] });
    const path = disks[0]?.path ?? '';
    expect(path).toMatch(/^\/data\/disks\/[0-9a-f]{16}\.qcow2$/);
    expect(readHeader(new MemoryFile(path, bytesOf(path)))).toMatchObject({ sizeBytes: 512 * MIB, backing: null });
    const usedBytes = bytesOf(path).length;
    expect(usedBytes).toBeLessThan(MIB);
    const view = { slot: 0, path, readOnly: false, format: 'qcow2', own: true, sizeBytes: 512 * MIB, usedBytes };
    expect(disks).toEqual([view]);
    await bench.restart();
    expect(bench.hypervisor.inspect('web').disks).toEqual([view]);
  });

  it('goes to the bin with its machine, comes back with it, and is gone when it is purged', async () => {
    const { id, disks } = await bench.create('web', { disks: [{ sizeBytes: MIB }] });
    await bench.hypervisor.remove('web', false);
    await bench.layers.sweep();
    await bench.hypervisor.restore(id);
    expect(bytesOf(disks[0]?.path ?? '').length).toBeGreaterThan(0);
    await bench.hypervisor.remove('web', true);
    await bench.layers.sweep();
    expect([...bench.files.entries.keys()].filter((path) => path.endsWith('.qcow2'))).toEqual([]);
  });

  it('is handed to the run by its whole path and with its format', async () => {
    const { disks } = await bench.create('web', { disks: [{ sizeBytes: MIB }], start: true });
    await bench.settle();
    const path = disks[0]?.path;
    expect(bench.runner.last.spec.disks).toMatchObject([{ path, readOnly: false, format: 'qcow2', own: true }]);
  });

  it.each([0, 1000, MIB + 1, 32 * 1024 ** 4])('of %i bytes is refused', async (sizeBytes) => {
    await expect(bench.create('web', { disks: [{ sizeBytes }] })).rejects.toMatchObject({ code: 'invalid-input' });
    expect(bench.hypervisor.list()).toEqual([]);
  });
});

describe('a disk file', () => {
  it('is attached as what it is', async () => {
    bench.files.put('/raw', new Uint8Array(MIB));
    bench.files.put('/thin', emptyQcow2({ sizeBytes: 64 * MIB }, 'thin'));
    const disks = [
      { path: '/raw', readOnly: false },
      { path: '/thin', readOnly: true },
    ];
    expect((await bench.create('web', { disks })).disks).toMatchObject([
      { path: '/raw', format: 'raw', own: false, sizeBytes: MIB },
      { path: '/thin', format: 'qcow2', readOnly: true, own: false, sizeBytes: 64 * MIB },
    ]);
  });

  it('stays raw when its guest makes it look like a qcow2 image', async () => {
    bench.files.put('/raw', new Uint8Array(MIB));
    await bench.create('web', { disks: [{ path: '/raw', readOnly: false }] });
    const secret = { path: '/etc/shadow', format: 'raw' } as const;
    bench.files.put('/raw', emptyQcow2({ sizeBytes: MIB, backing: secret }, 'guest').slice());
    await bench.hypervisor.get('web', 'start').start();
    expect(bench.runner.last.spec.disks).toMatchObject([{ path: '/raw', format: 'raw' }]);
  });

  it('that is built on another file is refused, and the file is named', async () => {
    const backing = { path: '/etc/shadow', format: 'raw' } as const;
    bench.files.put('/bad', emptyQcow2({ sizeBytes: MIB, backing }, 'bad'));
    const creating = bench.create('web', { disks: [{ path: '/bad', readOnly: false }] });
    await expect(creating).rejects.toThrow('/etc/shadow');
  });

  it('that is damaged is refused', async () => {
    const bytes = emptyQcow2({ sizeBytes: MIB }, 'bad');
    bytes[23] = 99;
    bench.files.put('/bad', bytes);
    const creating = bench.create('web', { disks: [{ path: '/bad', readOnly: false }] });
    await expect(creating).rejects.toMatchObject({ code: 'corrupt' });
  });
});
