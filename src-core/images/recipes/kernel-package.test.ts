import { expect, test } from 'vitest';
import { xzOf, tarOf, type TestEntry } from '../testing/package-files.ts';
import { moduleOf, riscvImageOf } from '../testing/elf-file.ts';
import { chunked } from '../testing/hostile.ts';
import { collect, sourceOf, type ByteSource } from '../formats/byte-source.ts';
import type { Decompress } from '../formats/compression.ts';
import { readTar } from '../formats/tar.ts';
import { unpackKernel, type KernelPackage } from './kernel-package.ts';
import { modulesAlias, modulesDep } from './module-tables.ts';

const MODULES = './usr/lib/modules/6.12-riscv64/';
const image = riscvImageOf();
const modules = {
  'kernel/a/virtio-net.ko.xz': moduleOf('depends=net_failover', 'alias=virtio:d1v*'),
  'kernel/b/net_failover.ko.xz': moduleOf('depends=failover,built_in'),
  'kernel/c/failover.ko.xz': moduleOf('depends='),
  'kernel/d/other.ko.xz': moduleOf('depends=never_there'),
};
const entries: TestEntry[] = [
  { path: './boot/vmlinux-6.12-riscv64', content: image },
  ...Object.entries(modules).map(([path, content]) => ({ path: MODULES + path, content: xzOf(content) })),
  { path: `${MODULES}modules.builtin`, content: 'kernel/lib/built-in.ko\nkernel/fs/fuse.ko\n' },
];
const archive = await tarOf(entries);

/** Stored blocks only: what follows the headers, so that no decompressor is needed here. */
const decompress: Decompress = (compression, source, what) => (compression === 'none' ? source : stored(source, what));

async function* stored(source: ByteSource, what: string): AsyncGenerator<Uint8Array, void, void> {
  const packed = Buffer.from(await collect(source, 1e6, what));
  yield packed.subarray(27, 27 + packed.readUInt16BE(25) + 1);
}

let readings = 0;
function unpack(wanted: readonly string[]): Promise<KernelPackage> {
  readings = 0;
  const open = (): ReturnType<typeof readTar> => {
    readings++;
    return readTar(chunked(archive, 700), 'kernel');
  };
  return unpackKernel(open, wanted, decompress, 'linux-image');
}

test('takes the kernel and the modules asked for, with those that they need', async () => {
  const kernel = await unpack(['virtio_net']);
  expect(kernel.version).toBe('6.12-riscv64');
  expect(Buffer.compare(kernel.image, image)).toBe(0);
  expect([...kernel.modules.keys()]).toEqual(['virtio_net', 'net_failover', 'failover']);
  expect(readings).toBe(3);
});

test('reads the package once when the dependencies were foreseen', async () => {
  await unpack(['virtio_net', 'net_failover', 'failover']);
  expect(readings).toBe(1);
});

test('leaves out what the kernel has built in, and says what it lacks', async () => {
  expect([...(await unpack(['fuse', 'failover'])).modules.keys()]).toEqual(['failover']);
  await expect(unpack(['ext9'])).rejects.toThrow('linux-image has no module ext9');
  await expect(unpack(['other'])).rejects.toThrow('linux-image has no module never_there');
});

test('writes the tables by which modprobe finds modules', async () => {
  const kernel = await unpack(['virtio_net']);
  const installed = [...kernel.modules.values()].map((module) => ({ module, path: `kernel/${module.name}.ko` }));
  expect(modulesDep(installed)).toBe(
    'kernel/virtio_net.ko: kernel/net_failover.ko kernel/failover.ko\n' +
      'kernel/net_failover.ko: kernel/failover.ko\n' +
      'kernel/failover.ko:\n',
  );
  expect(modulesAlias(installed)).toBe('alias virtio:d1v* virtio_net\n');
  expect(await collect(sourceOf(), 1, 'x')).toHaveLength(0);
});
