import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHome } from './window/home.ts';
import type { Home } from './window/home.ts';
import { inn } from './window/inn.ts';

const hasQemuImg = spawnSync('qemu-img', ['--version']).status === 0;
if (!hasQemuImg) console.warn('qemu-img (package qemu-utils) is missing: disks are not checked with it');

let home: Home;
beforeAll(() => void (home = makeHome()));
afterAll(async () => {
  await inn(home.path, 'stop', '--force');
  home.remove();
});

/** The one layer that its machine writes to. */
function diskFile(): string {
  const pool = join(home.path, 'disks');
  const layers = readdirSync(pool).filter((name) => name.endsWith('.qcow2'));
  expect(layers).toHaveLength(1);
  return join(pool, layers[0] ?? '');
}

async function inGuest(script: string): Promise<string> {
  const { status, stdout, stderr } = await inn(home.path, 'vm', 'exec', 'keeper', '--', 'sh', '-ec', script);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout;
}

/** Leaks are harmless, and are given back when the machine starts again. */
function damage(): unknown {
  if (!hasQemuImg) return 0;
  const { stdout } = spawnSync('qemu-img', ['check', '--output=json', diskFile()], { encoding: 'utf8' });
  return (JSON.parse(stdout) as { corruptions?: number })['corruptions'] ?? 0;
}

test('what a guest writes to its own disk is there after a restart and after its power was taken', async () => {
  const create = ['--image', 'debian-13-tiny', '--memory', '192M', '--disk', '128M', '--start'];
  expect(await inn(home.path, 'vm', 'create', 'keeper', ...create)).toMatchObject({ status: 0 });
  await inGuest('mke2fs /dev/vda && modprobe ext4 && mount -t ext4 -o discard /dev/vda /mnt');
  await inGuest('dd if=/dev/urandom of=/mnt/a bs=64k count=100; cp /mnt/a /mnt/b; md5sum /mnt/a > /mnt/sum; sync');
  await inGuest('rm /mnt/b; fstrim /mnt; umount /mnt');
  expect(await inn(home.path, 'vm', 'stop', 'keeper')).toMatchObject({ status: 0 });
  if (hasQemuImg) expect(spawnSync('qemu-img', ['check', '-q', diskFile()]).status).toBe(0);

  await inn(home.path, 'vm', 'start', 'keeper');
  await inGuest('modprobe ext4; mount -t ext4 /dev/vda /mnt; md5sum -c /mnt/sum; echo kept > /mnt/c; sync');
  await inGuest('dd if=/dev/urandom of=/mnt/d bs=64k count=50');
  expect(await inn(home.path, 'vm', 'kill', 'keeper')).toMatchObject({ status: 0 });
  expect(damage()).toBe(0);

  await inn(home.path, 'vm', 'start', 'keeper');
  expect(await inGuest('modprobe ext4; mount -t ext4 /dev/vda /mnt; md5sum -c /mnt/sum; cat /mnt/c')).toContain('kept');
  await inGuest('umount /mnt');
  expect(await inn(home.path, 'vm', 'stop', 'keeper')).toMatchObject({ status: 0 });
  if (hasQemuImg) expect(spawnSync('qemu-img', ['check', '-q', diskFile()]).status).toBe(0);
});
