import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunDiskSpec } from '../../src-core/hypervisor/runner.ts';
import { TinyBench, type TinyRun } from './testing/tiny-run.ts';

/** Hardware that changes under a running guest: what its kernel makes of it. */
const MIB = 1024 * 1024;
let bench: TinyBench;
let guest: TinyRun;

beforeAll(async () => {
  bench = await TinyBench.open();
  guest = await bench.start('changing', { disks: [await rawDisk(0, 16), await rawDisk(2, 8)] });
});

afterAll(async () => {
  await guest.end();
  await bench.close();
});

async function rawDisk(slot: number, mebibytes: number): Promise<RunDiskSpec> {
  const path = join(bench.folder, `disk-${slot}-${mebibytes}.raw`);
  await writeFile(path, '');
  await truncate(path, mebibytes * MIB);
  return { slot, path, readOnly: false, format: 'raw', own: false };
}

async function sh(script: string): Promise<string> {
  const { status, text } = await guest.sh(script);
  expect([status, text]).toEqual([0, expect.anything()]);
  return text.trim();
}

/** Sectors of the disk with this serial number; the kernel's names go by order of discovery. */
const SECTORS = (slot: number) =>
  `for d in /sys/class/block/vd?; do [ "$(cat $d/serial)" = innkeeper-disk${slot} ] && cat $d/size; done; true`;
const NODE = (slot: number) =>
  `for d in /sys/class/block/vd?; do [ "$(cat $d/serial)" = innkeeper-disk${slot} ] && echo /dev/\${d##*/}; done; true`;

async function eventually(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect.fail('it does not come about');
}

describe('a disk', () => {
  test('has the serial number of its slot, in the order of the slots', async () => {
    await eventually(async () => (await guest.sh('ls /sys/class/block/vdb')).status === 0);
    expect(await sh('cat /sys/class/block/vda/serial')).toBe('innkeeper-disk0');
    expect(await sh('cat /sys/class/block/vdb/serial')).toBe('innkeeper-disk2');
  });

  test('that grows is larger for the guest at once, and what was on it is still there', async () => {
    await sh('printf hello >/dev/vda && sync');
    await guest.run.change({ kind: 'grow-disk', slot: 0, sizeBytes: 64 * MIB });
    await eventually(async () => (await sh('cat /sys/class/block/vda/size')) === String((64 * MIB) / 512));
    expect(await sh('head -c 5 /dev/vda')).toBe('hello');
    await sh('printf end | dd of=/dev/vda bs=1 seek=67108861 conv=notrunc && sync');
    expect(await sh('tail -c 3 /dev/vda')).toBe('end');
    await expect(guest.run.change({ kind: 'grow-disk', slot: 0, sizeBytes: MIB })).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });

  test('can be attached and detached, again and again, and carries a file system over', async () => {
    const disk = await rawDisk(1, 32);
    await guest.run.change({ kind: 'attach-disk', disk });
    await guest.agent.rescanPci();
    await eventually(async () => (await sh(SECTORS(1))) === String((32 * MIB) / 512));
    const node = await sh(NODE(1));
    await sh(
      `mke2fs -q ${node} 2>/dev/null || mkfs.ext2 ${node}; mkdir -p /mnt/new; modprobe ext4; mount -t ext4 ${node} /mnt/new`,
    );
    await sh('echo carried >/mnt/new/file');
    await expect(guest.agent.removePci('0000:00:04.0')).rejects.toMatchObject({ because: /mounted on \/mnt\/new/ });
    await sh('umount /mnt/new');
    await guest.agent.removePci('0000:00:04.0');
    await guest.run.change({ kind: 'detach-disk', slot: 1 });
    expect(await sh(SECTORS(1))).toBe('');
    await guest.run.change({ kind: 'attach-disk', disk: { ...disk, readOnly: true } });
    await guest.agent.rescanPci();
    await eventually(async () => (await sh(NODE(1))) !== '');
    const again = await sh(NODE(1));
    expect(await sh(`mount -t ext4 -o ro ${again} /mnt/new && cat /mnt/new/file && umount /mnt/new`)).toBe('carried');
    await guest.agent.removePci('0000:00:04.0');
    await guest.run.change({ kind: 'detach-disk', slot: 1 });
  });
});

describe('the balloon', () => {
  test('takes memory from the guest and gives it back', async () => {
    const available = async () => Number(await sh("awk '/^MemAvailable/ {print $2 * 1024}' /proc/meminfo"));
    const before = await available();
    await guest.run.change({ kind: 'memory', bytes: 192 * MIB });
    await eventually(async () => Math.abs(before - (await available()) - 64 * MIB) < 4 * MIB);
    await eventually(async () => (await sh('true')) === '' && guest.run.measure().balloonBytes === 64 * MIB);
    await guest.run.change({ kind: 'memory', bytes: 256 * MIB });
    await eventually(async () => Math.abs(before - (await available())) < 4 * MIB);
    await eventually(async () => (await sh('true')) === '' && guest.run.measure().balloonBytes === 0);
  });

  test('clears what the guest has freed, so that it takes no room when it is saved', async () => {
    const memory = join(bench.folder, 'memory.state');
    // A guest tells of pieces of 2 MiB that are free as a whole, a few seconds later: not each time of all of it.
    await eventually(async () => {
      await sh('cat $(yes /usr/bin/busybox | head -n 45) >/tmp/full; ls -s /tmp/full; rm /tmp/full; sleep 6');
      const { memoryBytes } = await guest.run.capture({ memory, tops: [], then: 'go-on' });
      return memoryBytes < 90 * MIB;
    });
  });
});

describe('the limit of the processor', () => {
  test('can be set and lifted while the guest runs, and its clock goes right', async () => {
    await guest.run.change({ kind: 'cpu-limit', percent: 20 });
    const uptime = async () => Number((await sh('cat /proc/uptime')).split(' ')[0]);
    const [host, inside] = [performance.now(), await uptime()];
    await sh('i=0; while [ $i -lt 4000 ]; do i=$((i+1)); done');
    const [hostPassed, insidePassed] = [(performance.now() - host) / 1000, (await uptime()) - inside];
    expect(Math.abs(hostPassed - insidePassed)).toBeLessThan(1);
    await guest.run.change({ kind: 'cpu-limit', percent: null });
    expect(await sh('echo alive')).toBe('alive');
  });
});

describe('a disk that is torn out', () => {
  test('is missed by who uses it, and the rest of the guest goes on', async () => {
    const disk = await rawDisk(1, 8);
    await guest.run.change({ kind: 'attach-disk', disk });
    await guest.agent.rescanPci();
    await eventually(async () => (await sh(NODE(1))) !== '');
    const node = await sh(NODE(1));
    await guest.run.change({ kind: 'detach-disk', slot: 1 });
    await sh(`dd if=${node} of=/dev/null bs=4096 count=1 skip=100 >/dev/null 2>&1 &`);
    expect(await sh('sleep 0.2; echo alive; head -c 5 /dev/vda')).toBe('alive\nhello');
  });
});
