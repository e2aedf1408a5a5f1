import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyQcow2 } from '../../src-core/disks/qcow2/create.ts';
import { check } from '../../src-core/disks/qcow2/check.ts';
import { openImage } from '../../src-core/disks/open-image.ts';
import { Qcow2Image } from '../../src-core/disks/qcow2/qcow2-image.ts';
import { diskFiles } from '../workers/disk-file.ts';
import { TinyBench, type TinyRun } from './testing/tiny-run.ts';

/** What a real guest notices of being kept, put back and copied. */
const DISK_BYTES = 64 << 20;
let bench: TinyBench;
let guest: TinyRun;

beforeAll(async () => {
  bench = await TinyBench.open();
  await mkdir(join(bench.folder, 'pool'));
  guest = await bench.start('source', { disks: [disk(await layer('a'))] });
}, 300_000);

afterAll(async () => {
  await guest.end();
  await bench.close();
});

async function layer(name: string, backing?: string): Promise<string> {
  const path = join(bench.folder, 'pool', `${name}.qcow2`);
  const below = backing === undefined ? {} : { backing: { path: `${backing}.qcow2`, format: 'qcow2' as const } };
  await writeFile(path, emptyQcow2({ sizeBytes: DISK_BYTES, ...below }, path));
  return path;
}

const disk = (path: string) => ({ slot: 0, path, readOnly: false, format: 'qcow2', own: true }) as const;

/** What the kernel said of its random generator, and numbers drawn from it. */
async function drawn({ sh }: TinyRun): Promise<{ reseeds: number; numbers: string }> {
  const { text } = await sh(
    'dmesg | grep -c "crng reseeded due to virtual machine fork"; head -c 16 /dev/urandom | od -An -tx1',
  );
  const [reseeds = '', numbers = ''] = text.split('\n');
  return { reseeds: Number(reseeds), numbers };
}

/** What `qemu-img check` would say of a disk, and whether what was first written to it can be read. */
function inspect(path: string): { corruptions: number; leaks: number; holdsFirst: boolean } {
  const image = openImage(diskFiles, path, { format: 'qcow2', readOnly: true });
  try {
    if (!(image instanceof Qcow2Image)) throw new Error('no qcow2');
    const { corruptions, leaks } = check(image.metadata);
    const first = new Uint8Array(4096);
    image.read(first, 0);
    return { corruptions, leaks, holdsFirst: first.some((byte) => byte !== 0) };
  } finally {
    image.close();
  }
}

test('each copy and each return to a moment has random numbers of its own, without any help inside', async () => {
  expect((await drawn(guest)).reseeds).toBe(0);
  const memory = join(bench.folder, 'memory.state');
  const goesOn = [{ disk: 0, path: await layer('b', 'a') }];
  await guest.run.capture({ memory, tops: goesOn, then: 'go-on' });
  const seen = new Set([(await drawn(guest)).numbers]);
  for (const name of ['back-1', 'back-2']) {
    const back = await bench.start(name, { disks: [disk(await layer(name, 'a'))], start: { kind: 'restore', memory } });
    const { reseeds, numbers } = await drawn(back);
    expect(reseeds).toBe(1);
    seen.add(numbers);
    await back.end();
  }
  const tops = [{ disk: 0, path: await layer('c', 'b') }];
  await guest.run.capture({ memory: null, tops, then: 'hold' });
  const copy = await bench.start('copy', {
    disks: [disk(await layer('d', 'b'))],
    start: { kind: 'fork', of: guest.run },
  });
  await guest.run.resume();
  for (const { reseeds, numbers } of [await drawn(copy), await drawn(guest)]) {
    expect(reseeds).toBe(seen.has(numbers) ? -1 : seen.size === 3 ? 1 : 0);
    seen.add(numbers);
  }
  await copy.end();
});

test('what a guest wrote to its disk before is there in its copies, and each writes to its own', async () => {
  const mark = (text: string) => `printf ${text} | dd of=/dev/vda bs=4096 seek=100 conv=fsync 2>/dev/null`;
  const read = 'dd if=/dev/vda bs=4096 skip=100 count=1 iflag=direct 2>/dev/null | head -c 6';
  await guest.sh(mark('before'));
  const tops = [{ disk: 0, path: await layer('e', 'c') }];
  await guest.run.capture({ memory: null, tops, then: 'hold' });
  const copy = await bench.start('copy', {
    disks: [disk(await layer('f', 'c'))],
    start: { kind: 'fork', of: guest.run },
  });
  await guest.run.resume();
  expect((await copy.sh(read)).text).toBe('before');
  await copy.sh(mark('copied'));
  expect((await guest.sh(read)).text).toBe('before');
  await guest.sh(mark('source'));
  expect((await copy.sh(read)).text).toBe('copied');
  expect((await guest.sh(read)).text).toBe('source');
  await copy.end();
});

test('a run whose power is taken away while it writes brings its disks to an end', async () => {
  const copy = await bench.start('killed', { disks: [disk(await layer('g'))] });
  await copy.sh('dd if=/dev/urandom of=/dev/vda bs=64k count=1000 oflag=direct >/dev/null 2>&1 &');
  await expect
    .poll(() => copy.run.measure().diskWrittenBytes, { timeout: 60_000, interval: 5 })
    .toBeGreaterThan(1 << 20);
  await copy.end();
  expect(inspect(join(bench.folder, 'pool/g.qcow2'))).toEqual({ corruptions: 0, leaks: 0, holdsFirst: true });
});
