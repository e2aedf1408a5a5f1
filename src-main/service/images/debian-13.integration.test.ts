import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findKernel } from '../../../src-core/images/bootable/find-kernel.ts';
import type { ImageRecord } from '../../../src-core/images/image.ts';
import { openDisk } from '../../workers/host-files.ts';
import { kernelUnpackers } from '../../workers/kernel-unpackers.ts';
import { createService, type Service } from '../service.ts';
import { ConsoleProbe } from '../testing/console-probe.ts';
import { builtDebian13 } from './testing/built-image.ts';

/** The real archive, and a guest that configures what comes from it: minutes the first time, then seconds. */
const MINUTES = 60_000;
const MIB = 1024 * 1024;
const PROMPT = 'root@web:~# ';

let folder: string;
let image: ImageRecord;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-debian-'));
  image = await builtDebian13(join(folder, 'data'));
}, 30 * MINUTES);
afterAll(() => rm(folder, { recursive: true }));

const CHECKS: readonly (readonly [command: string, shows: RegExp])[] = [
  ['systemctl is-system-running --wait', /^running$/m],
  ['dpkg --audit; echo "audit: $?"; dpkg -l | grep -vc "^ii"', /^audit: 0$\n^5$/m],
  ['apt --version; apt-get check -qq && echo consistent', /^apt 3\.[^]*^consistent$/m],
  ['hostname; cat /proc/sys/kernel/hostname', /^web\nweb$/m],
  ['tty; id -un; passwd -S root | cut -c 1-6', /^\/dev\/hvc0\nroot\nroot L$/m],
  ['test -s /etc/machine-id && echo "has an id"; ls /var/lib/systemd/random-seed', /^has an id\n.*No such file/m],
  ['modprobe dummy && modprobe overlay && lsmod | grep -c -e ^dummy -e ^overlay', /^2$/m],
  ['findmnt -n -o FSTYPE,OPTIONS / | cut -c 1-7; df --output=size -BG / | tail -n 1', /^ext4 rw\n +8G$/m],
  ['cat /boot/extlinux/extlinux.conf; ls /boot', /linux \/boot\/vmlinux-6[^]*initrd \/boot\/initrd\.img-6[^]*config-6/],
];

/** Types each command at its prompt. @returns what each printed */
async function answers(type: (text: string) => unknown, prompt: (from: number) => Promise<number>, text: () => string) {
  const outputs: string[] = [];
  let at = await prompt(0);
  for (const [command] of CHECKS) {
    await type(`${command}\r`);
    const end = await prompt(at);
    // Bash steers the terminal.
    outputs.push(
      text()
        .slice(at, end)
        .replace(/\x1b\[[0-9;?]*[a-zA-Z]|\r/g, ''),
    );
    at = end;
  }
  return outputs;
}

test('is a sound disk that QEMU understands', () => {
  const check = spawnSync('qemu-img', ['check', '-q', image.diskPath ?? ''], { encoding: 'utf8' });
  expect([check.status, check.stderr]).toEqual([0, '']);
  expect(image.document.contents).toMatch(/^Debian 13\.\d+, Linux 6\.12\.\d+, systemd 257\.\d+, 1\d\d packages$/);
});

test('has its kernel where boot loaders and our own search find it', async () => {
  const disk = openDisk(image.diskPath ?? '', true, 'qcow2');
  const found = findKernel(disk, kernelUnpackers, '/dev/vda');
  disk.close();
  expect(Buffer.compare(found.kernel, await readFile(image.kernelPath ?? ''))).toBe(0);
  expect(Buffer.compare(found.initrd ?? Buffer.alloc(0), await readFile(image.initrdPath ?? ''))).toBe(0);
  expect(found.commandLine).toBe(image.document.boot.commandLine);
});

test(
  'makes machines that boot to a login, with an agent, and a Debian in order',
  { timeout: 10 * MINUTES },
  async () => {
    const service: Service = await createService({
      dataDirectory: join(folder, 'data'),
      host: 'background',
      version: 'test',
    });
    try {
      const { machines } = service.handlers;
      const request = { processors: 1, memoryBytes: 512 * MIB, disks: [], start: true };
      await machines.create({ ...request, name: 'web', source: { kind: 'image', image: 'debian-13' } });
      const probe = await ConsoleProbe.open(machines.console, 'web');
      const prompt = async (from: number): Promise<number> => {
        await probe.shows(PROMPT, from);
        return probe.text.indexOf(PROMPT, from) + PROMPT.length;
      };
      const outputs = await answers(
        (text) => probe.type(text),
        prompt,
        () => probe.text,
      );
      for (const [index, [command, shows]] of CHECKS.entries())
        expect([command, outputs[index]]).toEqual([command, expect.stringMatching(shows)]);
      expect((await machines.inspect({ machine: 'web' })).agent).toBe('ready');
      await machines.stop({ machine: 'web', graceMs: 60_000 });
      await probe.shows('The machine is off');
      expect((await machines.inspect({ machine: 'web' })).lastEnd).toMatchObject({ kind: 'powered-off' });
    } finally {
      await service.dispose();
    }
  },
);

const hasQemu = spawnSync('qemu-system-riscv64', ['--version']).status === 0;

test.runIf(hasQemu)('boots under QEMU to the same', { timeout: 15 * MINUTES }, async () => {
  const kernel = ['-kernel', image.kernelPath ?? '', '-initrd', image.initrdPath ?? ''];
  const { boot } = image.document;
  const machine = ['-machine', 'virt', '-m', '512M', '-display', 'none', '-monitor', 'none', '-no-reboot'];
  const disk = ['-drive', `file=${image.diskPath ?? ''},if=none,id=d,snapshot=on`, '-device', 'virtio-blk-pci,drive=d'];
  const console = [
    '-serial',
    'none',
    '-device',
    'virtio-serial-pci',
    '-chardev',
    'stdio,id=c,signal=off',
    '-device',
    'virtconsole,chardev=c',
  ];
  const append = ['-append', `${boot.commandLine ?? ''} hostname=web`];
  const qemu = spawn('qemu-system-riscv64', [...machine, ...kernel, ...append, ...disk, ...console]);
  let text = '';
  let heard: () => void = () => undefined;
  qemu.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    heard();
  });
  const exit = new Promise<number | null>((resolve) => qemu.on('exit', resolve));
  const prompt = async (from: number): Promise<number> => {
    while (!text.includes(PROMPT, from)) await new Promise<void>((resolve) => (heard = resolve));
    return text.indexOf(PROMPT, from) + PROMPT.length;
  };
  const outputs = await answers(
    (typed) => qemu.stdin.write(typed),
    prompt,
    () => text,
  );
  for (const [index, [command, shows]] of CHECKS.entries())
    expect([command, outputs[index]]).toEqual([command, expect.stringMatching(shows)]);
  qemu.stdin.write('poweroff\r');
  expect(await exit).toBe(0);
});
