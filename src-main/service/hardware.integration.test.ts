import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import { createService } from './service.ts';
import type { Service } from './service.ts';
import { scriptText } from './testing/exec-text.ts';
import { smallIso } from './testing/small-iso.ts';
import { TinyBench } from './testing/tiny-run.ts';

type MachineView = Awaited<ReturnType<InnkeeperHandlers['machines']['inspect']>>;

/** One machine of the tiny image, whose hardware is changed by the service's own methods. */
const MIB = 1024 * 1024;
const machine = 'workshop';
let bench: TinyBench;
let service: Service;
let machines: InnkeeperHandlers['machines'];

beforeAll(async () => {
  bench = await TinyBench.open();
  service = await createService({ dataDirectory: bench.folder, host: 'background', version: 'test' });
  machines = service.handlers.machines;
  const source = { kind: 'image', image: 'debian-13-tiny' } as const;
  await machines.create({
    name: machine,
    source,
    memoryBytes: 256 * MIB,
    disks: [{ sizeBytes: 16 * MIB }],
    start: true,
  });
  await becomes(({ agent }) => agent === 'ready');
});

afterAll(async () => {
  await service.dispose();
  await bench.close();
});

function becomes(wanted: (view: MachineView) => boolean): Promise<MachineView> {
  return new Promise((resolve) => {
    const look = (): void =>
      void machines.inspect({ machine }).then((now) => {
        if (!wanted(now)) return;
        subscription.dispose();
        resolve(now);
      });
    const subscription = service.onEvent(look);
    look();
  });
}

/** Runs a script in the guest. @returns what it printed */
async function sh(script: string): Promise<string> {
  return (await scriptText(machines.exec, machine, script)).text;
}

async function shows(script: string, wanted: string | RegExp): Promise<void> {
  await expect.poll(() => sh(script), { timeout: 60_000 }).toMatch(wanted);
}

const failure = (code: string, because: RegExp, hint: RegExp): unknown =>
  expect.objectContaining({
    code,
    because: expect.stringMatching(because),
    hint: expect.stringMatching(hint),
  });

test('what needs a stop is refused and says so, and nothing of the request is done', async () => {
  const refused = failure('wrong-state', /started with 256 MiB/, /Stop the machine to give it more memory/);
  await expect(machines.change({ machine, memoryBytes: 512 * MIB, cpuLimit: 50 })).rejects.toEqual(refused);
  expect((await machines.inspect({ machine })).cpuLimit).toBeNull();
});

test('a processor limit holds at once', async () => {
  expect(await machines.change({ machine, cpuLimit: 20 })).toMatchObject({ cpuLimit: 20 });
  await sh('(while :; do :; done) & echo $! >/tmp/busy');
  // A second and more of being busy, measured from outside; the first figure may be of the time before the limit, too.
  const first = (await becomes(({ stats }) => stats !== null && stats.processorUsed > 0.05)).stats?.takenAt ?? 0;
  const { stats } = await becomes(({ stats }) => stats !== null && stats.takenAt > first);
  expect(stats?.processorUsed).toBeLessThan(0.25);
  await machines.change({ machine, cpuLimit: null });
  await becomes(({ stats }) => stats !== null && stats.processorUsed > 0.25);
  await sh('kill $(cat /tmp/busy)');
});

test('a disk grows under the guest', async () => {
  const grown = await machines.growDisk({ machine, slot: 0, sizeBytes: 64 * MIB });
  expect(grown.disks).toMatchObject([{ slot: 0, sizeBytes: 64 * MIB }]);
  await shows('cat /sys/class/block/vda/size', String((64 * MIB) / 512));
});

test('an ISO image is a disk that can only be read', async () => {
  const path = join(bench.folder, 'small.iso');
  await writeFile(path, smallIso('HELLO.TXT', 'read from a disc'));
  const { disks } = await machines.attachDisk({ machine, disk: { path, readOnly: true } });
  expect(disks.map(({ slot, readOnly, format }) => [slot, readOnly, format])).toEqual([
    [0, false, 'qcow2'],
    [1, true, 'raw'],
  ]);
  await shows('cat /sys/class/block/vdb/ro', '1');
  expect(
    await sh('mkdir -p /mnt/disc && modprobe isofs; mount -t iso9660 /dev/vdb /mnt/disc && cat /mnt/disc/hello.txt'),
  ).toBe('read from a disc');
});

test('a disk that the guest has mounted is not taken from it, one that it has not is', async () => {
  const refused = failure('guest-failed', /vdb is mounted on \/mnt\/disc/, /unmount/);
  await expect(machines.detachDisk({ machine, slot: 1, force: false })).rejects.toEqual(refused);
  expect((await machines.inspect({ machine })).disks).toHaveLength(2);
  await sh('umount /mnt/disc');
  expect((await machines.detachDisk({ machine, slot: 1, force: false })).disks).toHaveLength(1);
  expect(await sh('ls /sys/class/block | grep -c vd')).toBe('1');
});

test('a disk that was attached while it ran is there after a suspension', async () => {
  await machines.attachDisk({ machine, disk: { sizeBytes: 8 * MIB } });
  await shows('ls /sys/class/block/vdb/size', 'vdb');
  await sh('printf marked >/dev/vdb; sync');
  await machines.suspend({ machine });
  await machines.resume({ machine });
  await becomes(({ agent }) => agent === 'ready');
  expect(await sh('echo 3 >/proc/sys/vm/drop_caches; head -c 6 /dev/vdb')).toBe('marked');
  await machines.growDisk({ machine, slot: 1, sizeBytes: 16 * MIB });
  await shows('cat /sys/class/block/vdb/size', String((16 * MIB) / 512));
  expect((await machines.detachDisk({ machine, slot: 1, force: false })).disks).toHaveLength(1);
});

test('a mounted disk is taken by force, and the guest goes on', async () => {
  await machines.attachDisk({ machine, disk: { sizeBytes: 8 * MIB } });
  await shows('ls /sys/class/block/vdb/size', 'vdb');
  expect(
    await sh('mke2fs /dev/vdb >/dev/null; modprobe ext4; mount -t ext4 /dev/vdb /mnt; grep -c /mnt /proc/mounts'),
  ).toBe('1');
  expect((await machines.detachDisk({ machine, slot: 1, force: true })).disks).toHaveLength(1);
  expect(await sh('umount -l /mnt; echo alive; ls /sys/class/block | grep -c vd')).toBe('alive\n1');
});

test('memory is handed back and taken again, is saved with the machine, and is what it starts with', async () => {
  await machines.change({ machine, memoryBytes: 192 * MIB });
  const given = await becomes(({ stats }) => (stats?.memoryReturnedBytes ?? 0) === 64 * MIB);
  expect(given).toMatchObject({ memoryBytes: 192 * MIB, memoryAtStartBytes: 256 * MIB });
  await machines.suspend({ machine });
  await machines.resume({ machine });
  expect(await machines.inspect({ machine })).toMatchObject({ memoryBytes: 192 * MIB, memoryAtStartBytes: 256 * MIB });
  await becomes(({ agent }) => agent === 'ready');
  await machines.change({ machine, memoryBytes: 256 * MIB });
  await becomes(({ stats }) => stats !== null && stats.memoryReturnedBytes === undefined);
  await machines.change({ machine, memoryBytes: 160 * MIB });
  await machines.kill({ machine });
  await machines.start({ machine });
  await becomes(({ agent }) => agent === 'ready');
  expect(await machines.inspect({ machine })).toMatchObject({ memoryBytes: 160 * MIB, memoryAtStartBytes: 160 * MIB });
  expect(Number(await sh("awk '/^MemTotal/ {print $2}' /proc/meminfo"))).toBeLessThan(160 * 1024);
  expect(await sh('cat /sys/class/block/vda/size')).toBe(String((64 * MIB) / 512));
});
