import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMachineSchema } from '../../../src-core/contract/machines.ts';
import { makeDisk, makeExt, makeFat, toolsPresent } from '../../../src-core/images/bootable/testing/file-systems.ts';
import { createService, type Service } from '../service.ts';
import { TinyBench } from '../testing/tiny-run.ts';

/** Debian's kernel on disks as distributions lay them out: imported, and started up to the agent inside. */
const MIB = 1024 * 1024;
let directory: string;
let tiny: TinyBench;
let service: Service;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'innkeeper-kernel-on-disk-'));
  tiny = await TinyBench.open();
  service = await createService({ dataDirectory: join(directory, 'data'), host: 'background', version: 'test' });
});

afterAll(async () => {
  await service.dispose();
  await tiny.close();
  rmSync(directory, { recursive: true, force: true });
});

function becomes(machine: string, agent: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = async (): Promise<void> => {
      const view = await service.handlers.machines.inspect({ machine });
      if (view.state === 'failed' || view.failure !== null) reject(new Error(JSON.stringify(view)));
      else if (view.agent === agent) resolve();
      else setTimeout(() => void look(), 100);
    };
    void look();
  });
}

const part = (name: string): string => mkdtempSync(join(directory, name));

describe.skipIf(!toolsPresent)('a Debian kernel on a disk', () => {
  test.each([
    [
      'in the ext4 root, found by its name, its console by its configuration',
      (kernel: Uint8Array, initrd: Uint8Array) =>
        makeExt(part('root-'), 128, {
          '/boot/vmlinux-6.12.48-riscv64': kernel,
          '/boot/initrd.img-6.12.48-riscv64': initrd,
          '/boot/config-6.12.48-riscv64': 'CONFIG_VIRTIO_CONSOLE=y\n',
          '/usr/lib/os-release': 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
        }),
    ],
    [
      'packed, on an EFI partition with the entry of a boot loader',
      (kernel: Uint8Array, initrd: Uint8Array) =>
        makeDisk('gpt', [
          makeFat(part('efi-'), 128, 32, {
            '/loader/entries/debian.conf': 'linux /debian/linux\ninitrd /debian/initrd\noptions console=hvc0 quiet\n',
            '/debian/linux': gzipSync(kernel, { level: 1 }),
            '/debian/initrd': initrd,
          }),
        ]),
    ],
  ])('%s, boots to the agent', async (what, make) => {
    const name = what.startsWith('packed') ? 'efi' : 'root';
    const { kernelPath, initrdPath } = tiny.record;
    const path = join(directory, `${name}.raw`);
    writeFileSync(path, make(readFileSync(kernelPath ?? ''), readFileSync(initrdPath ?? '')));
    const { images, machines, tasks } = service.handlers;
    const { id } = await images.importFrom({ image: name, path });
    for (;;) {
      const task = (await tasks.list({})).find((each) => each.id === id);
      if (task?.state !== 'running') {
        expect(task?.failure).toBeNull();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const source = { kind: 'image', image: name } as const;
    await machines.create(createMachineSchema.parse({ name, source, memoryBytes: 512 * MIB, start: true }));
    await becomes(name, 'ready');
    await machines.kill({ machine: name });
  });
});
