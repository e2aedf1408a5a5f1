import { randomBytes } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownAgent } from '../../src-core/guest/agent-renewal.ts';
import { noCloudSeed } from '../../src-core/hypervisor/configuration/no-cloud.ts';
import { buildAgent } from '../setup/build-agent.ts';
import { TinyBench, type TinyRun } from './testing/tiny-run.ts';

/** What the agent does for the service, in a machine of the tiny image. */
let bench: TinyBench;
let guest: TinyRun;

beforeAll(async () => {
  bench = await TinyBench.open();
  const path = join(bench.folder, 'disk.raw');
  await writeFile(path, '');
  await truncate(path, 16 * 1024 * 1024);
  guest = await bench.start('original', { disks: [{ slot: 0, path, readOnly: false, format: 'raw', own: false }] });
});

afterAll(async () => {
  await guest.end();
  await bench.close();
});

const identity = (hostName: string) => ({
  hostName,
  machineId: randomBytes(16).toString('hex'),
  seed: randomBytes(64).toString('hex'),
});

describe('identify', () => {
  test('gives the guest another host name and machine id, and keeps its hosts file in step', async () => {
    await guest.sh('echo "127.0.1.1 original other" >>/etc/hosts');
    const wanted = identity('copy-1');
    await guest.agent.identify(wanted);
    expect((await guest.sh('hostname; cat /etc/hostname /etc/machine-id; tail -n 1 /etc/hosts')).text).toBe(
      `copy-1\ncopy-1\n${wanted.machineId}\n127.0.1.1\tcopy-1 other\n`,
    );
    expect((await guest.sh('ls -l /etc/machine-id; ls /var/lib/innkeeper')).text).toMatch(/^-r--r--r--/);
  });

  test('lets two copies of one moment draw different numbers', async () => {
    const memory = join(bench.folder, 'memory.state');
    await guest.run.capture({ memory, tops: [], then: 'go-on' });
    const drawn: string[] = [];
    for (const name of ['copy-1', 'copy-2']) {
      const copy = await bench.start('original', { disks: guest.disks, start: { kind: 'restore', memory } });
      await copy.agent.identify(identity(name));
      drawn.push((await copy.sh('head -c 32 /dev/urandom | od -An -tx1')).text);
      await copy.end();
    }
    expect(drawn[0]).not.toBe(drawn[1]);
    expect(drawn[0]).toMatch(/^(?: [0-9a-f]{2}){16}$/m);
  });

  test('refuses what is none', async () => {
    const good = identity('copy-3');
    for (const bad of [{ hostName: 'a b' }, { machineId: 'x' }, { seed: 'abcd' }]) {
      await expect(guest.agent.identify({ ...good, ...bad })).rejects.toMatchObject({ code: 'invalid-input' });
    }
  });
});

describe('a network card', () => {
  const pci = '0000:00:1c.0';
  const card = { slot: 0, mac: '52:54:00:00:00:01', cable: null };
  // One that was killed is listed until init has buried it, which it does once a second.
  const living =
    "grep -ls '^udhcpc$' /proc/[0-9]*/comm | while read -r file; do grep -qs 'State:.Z' ${file%comm}status || echo $file; done";
  const client = `${living} | wc -l`;
  let other: TinyRun;

  beforeAll(async () => {
    other = await bench.start('carded', { cards: [card] });
  });
  afterAll(() => other.end());

  test('is up, and asks for an address by itself', async () => {
    // Its driver comes after the prompt and the agent.
    await expect.poll(async () => (await other.sh(client)).text, { timeout: 60_000 }).toBe('1\n');
    expect((await other.sh('cat /sys/class/net/eth0/address; ip link show dev eth0')).text).toMatch(
      /^52:54:00:00:00:01\n2: eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP>/,
    );
  });

  test('gets an address of its own with the identity, and forgets what it was given', async () => {
    await other.sh('ip addr add 10.1.2.3/24 dev eth0; ip addr add fd12::2/64 dev eth0');
    const before = (await other.sh(living)).text;
    await other.agent.identify({ ...identity('copy-4'), cards: [{ pci, mac: '52:54:00:00:00:02' }] });
    const { text } = await other.sh('cat /sys/class/net/eth0/address; ip addr show dev eth0');
    expect(text).toMatch(/^52:54:00:00:00:02\n2: eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP>/);
    expect(text).not.toMatch(/10\.1\.2\.3|fd12::2/);
    expect((await other.sh(client)).text).toBe('1\n');
    expect((await other.sh(living)).text).not.toBe(before);
  });

  test('begins anew when its cable was plugged in, with one client all the time', async () => {
    const before = (await other.sh(living)).text;
    await other.agent.bringUpCards([pci]);
    await other.agent.bringUpCards();
    expect((await other.sh(client)).text).toBe('1\n');
    expect((await other.sh(living)).text).not.toBe(before);
  });

  test('is let go of, found again and brought up', async () => {
    await other.agent.removePci(pci);
    expect(await other.sh(`ls /sys/class/net; ${client}`)).toEqual({ status: 0, text: 'lo\n0\n' });
    await other.agent.rescanPci();
    expect((await other.sh(`ip link show dev eth0; ${client}`)).text).toMatch(/,UP>[^]*^1$/m);
  });
});

describe('a disk', () => {
  const disk = { type: 'ext4', source: '/dev/vda', directory: '/mnt/a disk' };
  const address = async (): Promise<string> =>
    (await guest.sh('readlink -f /sys/class/block/vda')).text.match(/[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d/)?.[0] ??
    '';

  test('is mounted once, on a directory that is made', async () => {
    expect(await guest.sh('mke2fs /dev/vda >/dev/null')).toMatchObject({ status: 0 });
    await guest.agent.mount(disk);
    await guest.agent.mount(disk);
    expect((await guest.sh('grep -c vda /proc/mounts; echo kept >"/mnt/a disk/file"')).text).toBe('1\n');
    await expect(guest.agent.mount({ ...disk, type: 'tmpfs' })).rejects.toMatchObject({
      code: 'guest-failed',
      because: expect.stringContaining('something else is mounted') as string,
    });
  });

  test('is not taken out while it is mounted', async () => {
    await expect(guest.agent.removePci(await address())).rejects.toMatchObject({
      code: 'guest-failed',
      because: expect.stringMatching(/vda is mounted on \/mnt\/a.*disk/) as string,
    });
  });

  test('is taken out and found again', async () => {
    await guest.agent.sync();
    await guest.agent.unmount(disk.directory);
    await guest.agent.unmount(disk.directory);
    const slot = await address();
    await guest.agent.removePci(slot);
    await guest.agent.removePci(slot);
    expect((await guest.sh('ls /dev/vda; rmmod virtio_blk')).text).toContain('No such file');
    await guest.agent.rescanPci();
    await guest.agent.mount(disk);
    expect((await guest.sh('cat "/mnt/a disk/file"')).text).toBe('kept\n');
  });

  test('cannot be mounted when there is none', async () => {
    await expect(guest.agent.mount({ ...disk, source: '/dev/vdz', directory: '/mnt/z' })).rejects.toMatchObject({
      code: 'guest-failed',
      because: expect.stringContaining('/dev/vdz') as string,
    });
    await expect(guest.agent.mount({ ...disk, directory: 'relative' })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    await expect(guest.agent.removePci('../..')).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('a seed for cloud-init', () => {
  test('is found by its label and holds what it should', async () => {
    const path = join(bench.folder, 'seed.iso');
    const userData = `#cloud-config\n${'# long\n'.repeat(1000)}`;
    await writeFile(path, noCloudSeed({ instance: '0123456789abcdef', hostName: 'web', userData }));
    const other = await bench.start('seeded', {
      disks: [{ slot: 15, path, readOnly: true, format: 'raw', own: false }],
    });
    await other.agent.mount({ type: 'iso9660', source: '/dev/vda', directory: '/seed', options: 'ro' });
    expect((await other.sh('ls /seed; cat /seed/meta-data; cat /seed/user-data')).text).toBe(
      `meta-data\nuser-data\ninstance-id: 0123456789abcdef\nlocal-hostname: web\n${userData}`,
    );
    // ECMA-119, "Volume Identifier": where blkid(8) looks for the label.
    expect((await other.sh('dd if=/dev/vda bs=1 skip=32808 count=32 2>/dev/null; touch /seed/x 2>&1')).text).toMatch(
      /^CIDATA {26}.*Read-only file system/,
    );
    await other.end();
  });
});

describe('an agent of an older Innkeeper', () => {
  test('is replaced while the guest starts, and after a saved state is taken up', async () => {
    const source = (await buildAgent()).replace(/AGENT_VERSION = "[^"]+"/, 'AGENT_VERSION = "1-newer"');
    const renewed = await bench.start('renewed', {}, ownAgent(source));
    expect(renewed.agent.about?.agent).toBe('1-newer');
    expect((await renewed.sh('grep -c 1-newer /opt/innkeeper/agent.js; ls /opt/innkeeper')).text).toBe('1\nagent.js\n');
    await renewed.end();
    const memory = join(bench.folder, 'older.state');
    await guest.run.capture({ memory, tops: [], then: 'go-on' });
    const start = { kind: 'restore', memory } as const;
    const resumed = await bench.start('original', { disks: guest.disks, start }, ownAgent(source));
    expect(resumed.agent.about?.agent).toBe('1-newer');
    expect((await resumed.sh('echo works')).text).toBe('works\n');
    await resumed.end();
  });
});
