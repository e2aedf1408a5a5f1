import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DebianArchive } from '../../../src-core/images/debian/archive.ts';
import { DEBIAN_ARCHIVE_KEYS } from '../../../src-core/images/debian/keyring.ts';
import { KNOWN_INDEXES } from '../../../src-core/images/debian/known-indexes.ts';
import { debianMirrors } from '../../../src-core/images/debian/sources.ts';
import { readRiscvImageHeader } from '../../../src-core/images/formats/riscv-image.ts';
import { filesOf, type BuildOptions, type ImageRecord, type Images } from '../../../src-core/images/image.ts';
import { buildAgent } from '../../setup/build-agent.ts';
import { readAptConfiguration, systemKeyrings } from './apt-configuration.ts';
import { openImageRoom, openWorkshop } from './open-image-room.ts';

/** The real archive, from where this computer's apt gets it; downloads stay in the usual cache. */

const options: BuildOptions = { signal: new AbortController().signal, progress: () => undefined };
const folder = await mkdtemp(join(tmpdir(), 'innkeeper-images-'));
const agentSource = await buildAgent();
const apt = await readAptConfiguration();
const mirrors = debianMirrors(apt.sources, apt.mirrorList);

let room: Images & { close(): Promise<void> };
let record: ImageRecord;

function open(name: string): typeof room {
  return openImageRoom({
    dataDirectory: join(folder, name),
    debianMirror: () => null,
    agentSource: () => Promise.resolve(agentSource),
  });
}

beforeAll(async () => {
  room = open('first');
  record = await room.build('debian-13-tiny', options);
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true });
});

test('builds debian-13-tiny out of what Debian ships today', async () => {
  expect(record.document.contents).toMatch(/^Debian 13\.\d+, Linux 6\.12\.\d+, BusyBox 1\.\d+\.\d+, QuickJS \d{4}/);
  const kernel = await readFile(record.kernelPath ?? '');
  expect(readRiscvImageHeader(kernel)?.textOffset).toBe(0x20_0000);
  expect(filesOf(record.document)[0]?.sizeBytes).toBe(kernel.length);
  expect((await room.list()).map((image) => image.document.name)).toEqual(['debian-13-tiny']);
});

test('builds it again byte for byte', async () => {
  const other = open('second');
  const again = await other.build('debian-13-tiny', options);
  await other.close();
  expect(again.document.boot).toEqual(record.document.boot);
  expect(again.document.packages).toEqual(record.document.packages);
});

test("has the archive's certificates pinned: those of this computer's keyring and those of the archive's package", async () => {
  const { workshop, close } = openWorkshop({ dataDirectory: folder });
  const settings = {
    mirrors,
    suite: 'trixie',
    component: 'main',
    architecture: 'riscv64',
    trusted: DEBIAN_ARCHIVE_KEYS,
    knownIndexes: KNOWN_INDEXES,
    checks: apt.checks,
  };
  for (const keyrings of [[], await systemKeyrings()]) {
    const archive = await DebianArchive.open(workshop, { ...settings, keyrings }, options);
    expect(archive.release.codename).toBe('trixie');
    expect(archive.packages.size).toBeGreaterThan(50_000);
  }
  // One certificate at a time: each of the first three signs on its own, as trixie is signed.
  for (const fingerprint of DEBIAN_ARCHIVE_KEYS.slice(0, 3)) {
    await DebianArchive.open(workshop, { ...settings, keyrings: [], trusted: [fingerprint] }, options);
  }
  await close();
});

const hasQemu = spawnSync('qemu-system-riscv64', ['--version']).status === 0;

/** Boots the image and types; what the guest said in the end. */
async function session(typed: readonly string[]): Promise<{ output: string; exitCode: number | null }> {
  const boot = ['-kernel', record.kernelPath ?? '', '-initrd', record.initrdPath ?? ''];
  const commandLine = `${record.document.boot.commandLine} hostname=inn`;
  const machine = ['-machine', 'virt', '-m', '256M', '-display', 'none', '-monitor', 'none', '-no-reboot'];
  const port = ['-chardev', 'null,id=agent', '-device', 'virtserialport,chardev=agent,name=innkeeper.agent'];
  const consoles = [
    '-device',
    'virtio-serial-pci',
    '-chardev',
    'stdio,id=con,signal=off',
    '-device',
    'virtconsole,chardev=con',
  ];
  const devices = ['-serial', 'none', ...consoles, ...port, '-device', 'virtio-rng-pci'];
  const qemu = spawn('qemu-system-riscv64', [...machine, ...boot, '-append', commandLine, ...devices]);
  let output = '';
  let next = 0;
  qemu.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    // A prompt for each line that is to be typed.
    if (output.split('root@inn:~# ').length > next + 1 && next < typed.length) qemu.stdin.write(`${typed[next++]}\r`);
  });
  const exitCode = await new Promise<number | null>((resolve) => qemu.on('exit', resolve));
  return { output: output.replaceAll('\r', ''), exitCode };
}

test.runIf(hasQemu)('boots to a shell with job control, its agent and its devices, and powers off', async () => {
  const { output, exitCode } = await session([
    'uname -m; echo $((6*7))',
    'sleep 100 & jobs; kill %1; tty',
    'sleep 2; ps | grep -c "[q]js --std"; ls /dev/hwrng; dmesg | grep -c "cut here"',
    'mount | grep -c " /tmp type tmpfs"; modprobe ext4 && grep -c ext4 /proc/filesystems',
    'script -q -c "tty" /dev/null',
    'poweroff',
  ]);
  expect(output).toContain('riscv64\n42\n');
  expect(output).toMatch(/\[1\]\+ +Running +sleep 100\n\/dev\/hvc0\n/);
  expect(output).toContain('\n1\n/dev/hwrng\n0\n');
  expect(output).toContain('\n1\n1\nroot');
  expect(output).toContain('\n/dev/pts/0\nroot');
  expect(output).toContain('The system is going down (poweroff).');
  expect(exitCode).toBe(0);
});

test.runIf(hasQemu)('restarts when it is told to', async () => {
  const { output, exitCode } = await session(['reboot']);
  expect(output).toContain('reboot: Restarting system');
  expect(exitCode).toBe(0);
});
