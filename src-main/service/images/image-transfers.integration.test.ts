import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { createMachineSchema, type CreateMachine } from '../../../src-core/contract/machines.ts';
import type { TaskView } from '../../../src-core/contract/tasks.ts';
import { makeDisk, makeExt, makeFat, toolsPresent } from '../../../src-core/images/bootable/testing/file-systems.ts';
import { createService } from '../service.ts';
import type { Service } from '../service.ts';
import { ConsoleProbe } from '../testing/console-probe.ts';
import { TINY_GUEST } from '../testing/tiny-guest.ts';

/** Images out of files and into files, by the service as it is; QEMU's tools are the judges. */
type MachineView = Awaited<ReturnType<InnkeeperHandlers['machines']['inspect']>>;

const MIB = 1024 * 1024;
const present = toolsPresent && spawnSync('qemu-img', ['--version']).status === 0;
if (!present)
  console.warn('qemu-img, e2fsprogs, dosfstools or mtools are missing: images are not imported and exported');

let directory: string;
let service: Service;
let images: InnkeeperHandlers['images'];
let machines: InnkeeperHandlers['machines'];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'innkeeper-transfers-'));
  service = await createService({ dataDirectory: place('data'), host: 'background', version: 'test' });
  ({ images, machines } = service.handlers);
});

afterEach(async () => {
  await service.dispose();
  rmSync(directory, { recursive: true, force: true });
});

const place = (name: string): string => join(directory, name);

function qemuImg(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('qemu-img', args, { encoding: 'utf8', cwd: directory });
  expect(`qemu-img ${args.join(' ')}: ${status} ${stderr}`).toBe(`qemu-img ${args.join(' ')}: 0 `);
  return stdout;
}

async function ended(started: Promise<TaskView>): Promise<TaskView> {
  const { id } = await started;
  return new Promise((resolve) => {
    const look = (): void =>
      void service.handlers.tasks.list({}).then((tasks) => {
        const task = tasks.find((each) => each.id === id) as TaskView | undefined;
        if (!task || task.state === 'running') return;
        subscription.dispose();
        resolve(task);
      });
    const subscription = service.onEvent((event) => {
      if (event.type === 'task') look();
    });
    look();
  });
}

async function done(started: Promise<TaskView>): Promise<void> {
  const task = await ended(started);
  expect(task.failure).toBeNull();
}

async function refused(started: Promise<TaskView>): Promise<string> {
  const { failure } = await ended(started);
  return `${failure?.code}: ${failure?.because}`;
}

const importAs = (image: string, file: string): Promise<TaskView> => images.importFrom({ image, path: place(file) });
const unfinished = (): string[] => readdirSync(place('data/images')).filter((name) => name.startsWith('.'));

/** A disk with a guest of a few instructions as its kernel. @param table as of `makeDisk` */
function bootableDisk(table: 'gpt' | 'mbr' = 'gpt'): Uint8Array {
  const folder = mkdtempSync(place('parts-'));
  const efi = makeFat(mkdtempSync(join(folder, 'a-')), 34, 32, { '/readme': 'nothing to start here' });
  const conf = 'label one\n  linux /boot/kernel\n  append hello=disk\n';
  const tree = {
    '/boot/kernel': TINY_GUEST,
    '/boot/extlinux/extlinux.conf': conf,
    '/usr/lib/os-release': 'PRETTY_NAME="Tiny 1"\n',
  };
  return makeDisk(table, [efi, makeExt(mkdtempSync(join(folder, 'b-')), 16, tree)]);
}

const create = (request: CreateMachine): Promise<MachineView> => machines.create(createMachineSchema.parse(request));

async function runs(machine: string): Promise<ConsoleProbe> {
  const probe = await ConsoleProbe.open(machines.console, machine);
  await machines.start({ machine });
  await probe.shows('R');
  return probe;
}

describe.skipIf(!present)('an image out of a file', () => {
  test('has its kernel on its disk, and a machine made from it starts that', async () => {
    writeFileSync(place('disk.raw'), bootableDisk());
    await done(importAs('tiny-disk', 'disk.raw'));
    const [image] = await images.list({});
    expect(image).toMatchObject({ name: 'tiny-disk', origin: 'imported', diskBytes: statSync(place('disk.raw')).size });
    expect(image?.contents).toBe('Tiny 1, kernel /boot/kernel in partition 2');
    qemuImg('check', '-q', 'data/images/tiny-disk/disk.qcow2');
    qemuImg('compare', '-q', 'disk.raw', 'data/images/tiny-disk/disk.qcow2');
    expect(image?.sizeBytes).toBeLessThan(8 * MIB);
    const source = { kind: 'image', image: 'tiny-disk' } as const;
    const view = await create({ name: 'one', source });
    expect(view.disks).toMatchObject([{ own: true, format: 'qcow2' }]);
    const probe = await runs('one');
    await probe.type('echo');
    await probe.shows('echo');
    await machines.kill({ machine: 'one' });
    await expect(images.remove({ image: 'tiny-disk' })).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test.each([
    ['raw, packed with gzip', 'disk.raw.gz', []],
    ['raw, packed with xz', 'disk.raw.xz', []],
    ['raw, packed with zstd', 'disk.raw.zst', []],
    ['qcow2', 'disk.qcow2', []],
    ['qcow2 of version 2', 'disk.qcow2', ['-o', 'compat=0.10']],
    ['qcow2 with compressed clusters', 'disk.qcow2', ['-c']],
    ['qcow2 with clusters compressed with zstd', 'disk.qcow2', ['-c', '-o', 'compression_type=zstd']],
  ])('may be %s', async (_, file, options) => {
    writeFileSync(place('disk.raw'), bootableDisk('mbr'));
    if (file.endsWith('.gz')) writeFileSync(place(file), gzipSync(readFileSync(place('disk.raw'))));
    else if (file.endsWith('.xz')) spawnSync('xz', ['-1', '-k', place('disk.raw')]);
    else if (file.endsWith('.zst')) spawnSync('zstd', ['-q', place('disk.raw')]);
    else qemuImg('convert', '-O', 'qcow2', ...options, 'disk.raw', file);
    await done(importAs('other', file));
    qemuImg('compare', '-q', 'disk.raw', 'data/images/other/disk.qcow2');
    qemuImg('check', '-q', 'data/images/other/disk.qcow2');
    expect(readdirSync(place('data/images/other')).sort()).toEqual(['disk.qcow2', 'image.json']);
  });

  test('takes a kernel from beside it, packed or not', async () => {
    writeFileSync(place('data.raw'), makeExt(mkdtempSync(place('x-')), 8, { '/a': 'no kernel' }));
    expect(await refused(importAs('bare', 'data.raw'))).toMatch(/^not-found: there is none for this processor/);
    writeFileSync(place('kernel.gz'), gzipSync(TINY_GUEST));
    writeFileSync(place('initrd'), 'initrd');
    const files = { kernel: place('kernel.gz'), initrd: place('initrd'), commandLine: 'root=/dev/vda' };
    await done(images.importFrom({ image: 'beside', path: place('data.raw'), ...files }));
    expect(readFileSync(place('data/images/beside/kernel'))).toEqual(Buffer.from(TINY_GUEST));
    expect(JSON.parse(readFileSync(place('data/images/beside/image.json'), 'utf8'))).toMatchObject({
      boot: { kind: 'files', commandLine: 'root=/dev/vda' },
    });
    const source = { kind: 'image', image: 'beside' } as const;
    await create({ name: 'two', source });
    await runs('two');
    await machines.kill({ machine: 'two' });
  });

  test('is refused with a reason when it is none that can be used, and leaves nothing', async () => {
    const disk = bootableDisk();
    writeFileSync(place('disk.raw'), disk);
    qemuImg('convert', '-O', 'qcow2', 'disk.raw', 'base.qcow2');
    qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', 'top.qcow2');
    qemuImg('convert', '-O', 'vmdk', 'disk.raw', 'disk.vmdk');
    qemuImg(
      'create',
      '-q',
      '-f',
      'qcow2',
      '--object',
      'secret,id=s,data=abc',
      '-o',
      'encrypt.format=aes,encrypt.key-secret=s',
      'secret.qcow2',
      '8M',
    );
    qemuImg('create', '-q', '-f', 'qcow2', '-o', `data_file=${place('elsewhere')}`, 'outside.qcow2', '8M');
    writeFileSync(place('cut.qcow2'), readFileSync(place('base.qcow2')).subarray(0, 300_000));
    writeFileSync(place('cut.raw.gz'), gzipSync(disk).subarray(0, 50_000));
    writeFileSync(place('text'), 'hello '.repeat(1000));
    expect(await refused(importAs('x', 'top.qcow2'))).toMatch(/^not-supported: .*is built on another file/);
    expect(await refused(importAs('x', 'disk.vmdk'))).toMatch(/^invalid-input: .*it is a VMDK image/);
    expect(await refused(importAs('x', 'secret.qcow2'))).toMatch(/^not-supported: .*encrypted/);
    expect(await refused(importAs('x', 'outside.qcow2'))).toMatch(/^not-supported: .*another file/);
    expect(await refused(importAs('x', 'cut.qcow2'))).toMatch(/^corrupt: /);
    expect(await refused(importAs('x', 'cut.raw.gz'))).toMatch(/^corrupt: /);
    expect(await refused(importAs('x', 'text'))).toMatch(/^invalid-input: .*a text file/);
    await expect(importAs('x', 'none')).rejects.toMatchObject({ code: 'not-found' });
    await expect(importAs('debian-13-tiny', 'disk.raw')).rejects.toMatchObject({ code: 'already-exists' });
    await done(importAs('taken', 'disk.raw'));
    await expect(importAs('Taken', 'disk.raw')).rejects.toMatchObject({ code: 'already-exists' });
    expect(unfinished()).toEqual([]);
    expect((await images.list({})).map(({ name }) => name)).toEqual(['taken']);
  });

  test('can be cancelled, and then nothing of it is there', async () => {
    writeFileSync(place('disk.raw'), bootableDisk());
    const task = importAs('never', 'disk.raw');
    await service.handlers.tasks.cancel({ task: (await task).id });
    expect(await ended(task)).toMatchObject({ state: 'cancelled' });
    expect(unfinished()).toEqual([]);
    expect(await images.list({})).toEqual([]);
    await done(importAs('never', 'disk.raw'));
  });
});

describe.skipIf(!present)('an image into a file', () => {
  beforeEach(async () => {
    writeFileSync(place('disk.raw'), bootableDisk());
    await done(importAs('source', 'disk.raw'));
  });

  const exportTo = (file: string, format: 'raw' | 'qcow2', compress = false): Promise<TaskView> =>
    images.exportTo({ image: 'source', path: place(file), format, compress });

  test('is what it was, raw and qcow2, packed or not', async () => {
    await done(exportTo('out.raw', 'raw'));
    expect(Buffer.compare(readFileSync(place('out.raw')), readFileSync(place('disk.raw')))).toBe(0);
    expect(statSync(place('out.raw')).blocks * 512).toBeLessThan(statSync(place('out.raw')).size / 4);
    await done(exportTo('out.qcow2', 'qcow2'));
    await done(exportTo('packed.qcow2', 'qcow2', true));
    for (const name of ['out.qcow2', 'packed.qcow2']) {
      qemuImg('check', '-q', '-f', 'qcow2', name);
      qemuImg('compare', '-q', '-F', 'qcow2', 'disk.raw', name);
      expect(JSON.parse(qemuImg('info', '--output=json', name))).not.toHaveProperty('backing-filename');
    }
    expect(statSync(place('packed.qcow2')).size).toBeLessThan(statSync(place('out.qcow2')).size);
    await done(importAs('again', 'packed.qcow2'));
    qemuImg('compare', '-q', 'disk.raw', 'data/images/again/disk.qcow2');
  });

  test('never takes the place of another file', async () => {
    writeFileSync(place('there'), 'mine');
    await expect(exportTo('there', 'raw')).rejects.toMatchObject({ code: 'already-exists' });
    await expect(exportTo('no/such/folder', 'raw')).rejects.toMatchObject({ code: 'not-found' });
    await expect(exportTo('out', 'raw', true)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(readFileSync(place('there'), 'utf8')).toBe('mine');
    const cancelled = exportTo('cancelled', 'raw');
    await service.handlers.tasks.cancel({ task: (await cancelled).id });
    expect(await ended(cancelled)).toMatchObject({ state: 'cancelled' });
    expect(existsSync(place('cancelled'))).toBe(false);
    expect(readdirSync(directory).filter((name) => name.includes('draft'))).toEqual([]);
  });
});

describe.skipIf(!present)('an image out of a machine', () => {
  test('has what the machine has, and needs an identity of its own', async () => {
    writeFileSync(place('disk.raw'), bootableDisk());
    await done(importAs('source', 'disk.raw'));
    const source = { kind: 'image', image: 'source' } as const;
    await create({ name: 'one', source });
    await runs('one');
    await expect(images.save({ image: 'mine', machine: 'one' })).rejects.toMatchObject({ code: 'wrong-state' });
    await machines.kill({ machine: 'one' });
    await done(images.save({ image: 'mine', machine: 'one' }));
    const document: unknown = JSON.parse(readFileSync(place('data/images/mine/image.json'), 'utf8'));
    expect(document).toMatchObject({ origin: 'saved', generalize: true, boot: { kind: 'disk' } });
    qemuImg('check', '-q', 'data/images/mine/disk.qcow2');
    qemuImg('compare', '-q', 'disk.raw', 'data/images/mine/disk.qcow2');
    await create({ name: 'two', source: { kind: 'image', image: 'mine' } });
    await runs('two');
    await machines.kill({ machine: 'two' });
    await machines.remove({ machine: 'two', purge: true });
    await images.remove({ image: 'mine' });
  });

  test('needs a disk', async () => {
    writeFileSync(place('kernel'), TINY_GUEST);
    const source = { kind: 'files', kernel: place('kernel') } as const;
    await create({ name: 'bare', source, memoryBytes: 64 * MIB });
    await expect(images.save({ image: 'mine', machine: 'bare' })).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(images.save({ image: 'mine', machine: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  });
});
