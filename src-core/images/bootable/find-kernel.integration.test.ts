import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { Random } from '../../disks/testing/random.ts';
import { findKernel, surveyDisk } from './find-kernel.ts';
import type { FoundKernel } from './find-kernel.ts';
import { openFileSystem } from './open-file-system.ts';
import type { FileSystem } from './file-system.ts';
import { makeDisk, makeExt, makeFat, toolsPresent, type Tree } from './testing/file-systems.ts';
import { blocksOf, kernelImage, markOf } from './testing/kernels.ts';

/** Real file systems, made by the tools that everybody makes them with. */
const root = mkdtempSync(join(tmpdir(), 'innkeeper-bootable-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = (): string => mkdtempSync(join(root, 'one-'));
if (!toolsPresent)
  console.warn('e2fsprogs, dosfstools or mtools are missing: kernels are not looked for on real disks');

const unpackers = { gzip: (packed: Uint8Array): Uint8Array => gunzipSync(packed) };
const find = (disk: Uint8Array): FoundKernel => findKernel(blocksOf(disk), unpackers, '/dev/vda');

function fileSystem(bytes: Uint8Array): FileSystem {
  const found = openFileSystem(blocksOf(bytes));
  if (found === null || 'foreign' in found) return expect.unreachable('no file system');
  return found;
}

const noise = (length: number, seed: number): Uint8Array => new Random(seed).bytes(length);
const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`/many/file-number-${index}`, `${index}`]));
const TREE: Tree = {
  '/boot/small': 'a short file',
  '/boot/large': noise(3_000_000, 1),
  '/empty': '',
  '/deep/er/and/deeper/file': 'found',
  '/link': { to: 'boot/small' },
  '/absolute': { to: '/boot/../boot/small' },
  '/long': { to: `${'deep/../'.repeat(30)}boot/small` },
  '/folder': { to: 'deep/er' },
  '/loop': { to: 'loop' },
  '/out': { to: '../../../../boot/small' },
  ...many,
};

function expectTree(files: FileSystem): void {
  const text = (path: string): string => new TextDecoder().decode(files.read(path, 1000) ?? new Uint8Array(0));
  expect(Buffer.compare(files.read('/boot/large', 4_000_000) ?? new Uint8Array(0), noise(3_000_000, 1))).toBe(0);
  expect(text('/boot/small')).toBe('a short file');
  expect(text('/deep/er/and/deeper/file')).toBe('found');
  expect(files.read('/empty', 10)).toEqual(new Uint8Array(0));
  expect(files.read('/none', 10)).toBeNull();
  expect(files.read('/boot', 10)).toBeNull();
  expect(files.list('/none')).toBeNull();
  expect([...(files.list('/many') ?? [])].sort()).toEqual(
    Object.keys(many)
      .map((path) => path.slice(6))
      .sort(),
  );
  for (const index of [0, 199, 399]) expect(text(`/many/file-number-${index}`)).toBe(String(index));
  expect(() => files.read('/boot/large', 2_999_999)).toThrow('too large');
}

describe.skipIf(!toolsPresent)('an ext file system', () => {
  test.each([
    ['ext4 as it is made today', []],
    ['with inline data', ['-O', 'inline_data']],
    ['with blocks of 1 KiB', ['-b', '1024']],
    ['with blocks of 64 KiB', ['-b', '65536']],
    ['with small inodes', ['-I', '128']],
    ['without 64 bits and checksums', ['-O', '^64bit,^metadata_csum']],
    ['with meta block groups', ['-O', 'meta_bg,^resize_inode', '-b', '1024', '-g', '1024']],
    ['with bigalloc', ['-O', 'bigalloc']],
    ['of ext3, without extents', ['-O', '^extents,^64bit,^metadata_csum,^flex_bg']],
    ['of ext2', ['-O', '^has_journal,^extents,^64bit,^metadata_csum,^dir_index']],
    ['with encryption and verity allowed', ['-O', 'encrypt,verity,casefold']],
    ['with one backup of the superblock', ['-O', 'sparse_super2']],
  ])('%s is read', (_, options) => {
    const files = fileSystem(makeExt(fresh(), 48, TREE, ...options));
    expect(files.kind).toBe('ext');
    expectTree(files);
    const text = (path: string): string => new TextDecoder().decode(files.read(path, 1000) ?? new Uint8Array(0));
    for (const link of ['/link', '/absolute', '/long', '/out']) expect(text(link)).toBe('a short file');
    expect(text('/folder/and/deeper/file')).toBe('found');
    expect(text('/folder/../../boot/small')).toBe('a short file');
    expect(files.read('/loop', 10)).toBeNull();
  });

  test('tells its UUID as Linux does', () => {
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    expect(fileSystem(makeExt(fresh(), 8, { '/a': 'a' }, '-U', uuid)).uuid).toBe(uuid);
  });
});

describe.skipIf(!toolsPresent)('a FAT file system', () => {
  const tree = Object.fromEntries(
    Object.entries(TREE).filter(([, content]) => typeof content !== 'object' || !('to' in content)),
  );

  test.each([
    [12, 8],
    [16, 24],
    [32, 64],
  ])('of %i bits is read', (bits, sizeMib) => {
    const files = fileSystem(makeFat(fresh(), sizeMib, bits, tree));
    expect(files.kind).toBe('fat');
    expect(files.uuid).toBe('CAFE-0001');
    expectTree(files);
    expect(files.read('/BOOT/SMALL', 100)).toEqual(new TextEncoder().encode('a short file'));
  });
});

const OS = { '/etc/os-release': 'NAME=x\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n' };
const debianRoot: Tree = {
  ...OS,
  '/boot/vmlinuz-6.12.9-riscv64': kernelImage('old'),
  '/boot/vmlinuz-6.12.10-riscv64': gzipSync(kernelImage('new')),
  '/boot/initrd.img-6.12.10-riscv64': 'new initrd',
  '/boot/initrd.img-6.12.9-riscv64': 'old initrd',
  '/boot/config-6.12.10-riscv64': 'CONFIG_A=y\nCONFIG_VIRTIO_CONSOLE=y\n',
  '/usr/sbin/init': '',
};
const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const PARTITION = '23222120-2524-2726-2829-2a2b2c2d2e2f';

describe.skipIf(!toolsPresent)('what a disk starts', () => {
  test('is the newest kernel of /boot where nothing says otherwise, with the root that it lies on', () => {
    const disk = makeDisk('gpt', [new Uint8Array(2_000_000), makeExt(fresh(), 16, debianRoot, '-U', UUID)]);
    const found = find(disk);
    expect(markOf(found.kernel)).toBe('new');
    expect(new TextDecoder().decode(found.initrd ?? new Uint8Array(0))).toBe('new initrd');
    expect(found.commandLine).toBe(`root=UUID=${UUID} earlycon=sbi console=hvc0`);
    expect(found.place).toBe('/boot/vmlinuz-6.12.10-riscv64 in partition 2');
    expect(surveyDisk(blocksOf(disk), unpackers)).toMatchObject({ system: 'Debian GNU/Linux 13 (trixie)' });
  });

  test('gets a root that a kernel without an initrd finds by itself', () => {
    const tree = { '/boot/Image': kernelImage('bare'), '/sbin/init': '' };
    const ext = (): Uint8Array => makeExt(fresh(), 8, tree);
    const empty = new Uint8Array(512);
    expect(find(makeDisk('gpt', [empty, empty, ext()])).commandLine).toBe(`root=PARTUUID=${PARTITION} earlycon=sbi`);
    expect(find(makeDisk('mbr', [empty, ext()])).commandLine).toBe('root=PARTUUID=1234abcd-02 earlycon=sbi');
    expect(find(ext()).commandLine).toBe('root=/dev/vda earlycon=sbi');
  });

  test('is what extlinux.conf says first, whatever else is there', () => {
    const conf = [
      'default second',
      'label first\n  kernel /boot/vmlinuz-6.12.10-riscv64\n  append first',
      'label second\n  linux ../vmlinuz-6.12.9-riscv64\n  initrd ../initrd.img-6.12.9-riscv64\n  append root=/dev/vda2 console=ttyS0',
    ].join('\n');
    const found = find(makeExt(fresh(), 16, { ...debianRoot, '/boot/extlinux/extlinux.conf': conf }));
    expect(markOf(found.kernel)).toBe('old');
    expect(found.commandLine).toBe('root=/dev/vda2 console=ttyS0');
    expect(new TextDecoder().decode(found.initrd ?? new Uint8Array(0))).toBe('old initrd');
  });

  test('is the default of the loader entries, on the EFI partition', () => {
    const esp = makeFat(fresh(), 64, 32, {
      '/loader/loader.conf': 'timeout 3\ndefault debian-6.12.9*\n',
      '/loader/entries/debian-6.12.9.conf':
        'title a\nlinux /debian/linux-9\ninitrd /debian/initrd\noptions root=LABEL=x\noptions quiet\n',
      '/loader/entries/debian-6.12.10.conf': 'title b\nlinux /debian/linux-10\noptions newer\n',
      '/debian/linux-9': kernelImage('nine'),
      '/debian/linux-10': kernelImage('ten'),
      '/debian/initrd': 'the initrd',
    });
    const found = find(makeDisk('gpt', [esp, makeExt(fresh(), 16, debianRoot)]));
    expect(markOf(found.kernel)).toBe('nine');
    expect(found.commandLine).toBe('root=LABEL=x quiet earlycon=sbi');
  });

  test('is the first entry of a grub.cfg, with the kernel on a boot partition of its own', () => {
    const cfg = [
      'set default="0"',
      "menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'x' {",
      '\tsearch --no-floppy --fs-uuid --set=root abc',
      '\tlinux\t/vmlinuz-6.1 root=UUID=abc ro  quiet $extra',
      '\tinitrd\t/initrd.img-6.1 /ucode.img',
      '}',
      'menuentry "other" {\n linux /vmlinuz-6.0 root=x\n}',
    ].join('\n');
    const boot = makeExt(fresh(), 16, {
      '/grub/grub.cfg': cfg,
      '/vmlinuz-6.1': kernelImage('grub'),
      '/initrd.img-6.1': 'abcde',
      '/ucode.img': 'more',
    });
    const found = find(makeDisk('gpt', [boot, makeExt(fresh(), 8, OS)]));
    expect(markOf(found.kernel)).toBe('grub');
    expect(found.commandLine).toBe('root=UUID=abc ro quiet earlycon=sbi');
    expect(new TextDecoder().decode(found.initrd ?? new Uint8Array(0))).toBe('abcde\0\0\0more');
  });

  test('is a kernel that stands where EFI firmware looks for a boot loader', () => {
    const esp = makeFat(fresh(), 64, 32, { '/EFI/BOOT/BOOTRISCV64.EFI': kernelImage('stub') });
    expect(markOf(find(makeDisk('gpt', [esp])).kernel)).toBe('stub');
  });

  test('is passed over where its initrd is missing or it is for another processor', () => {
    const disk = makeExt(fresh(), 16, {
      '/boot/vmlinuz-9-amd64': 'MZ not for us'.padEnd(9000, '.'),
      '/boot/vmlinuz-8-riscv64': kernelImage('right'),
    });
    expect(markOf(find(disk).kernel)).toBe('right');
    const conf = 'label a\nlinux /boot/vmlinuz-8\ninitrd /boot/none\n';
    const broken = makeExt(fresh(), 8, {
      '/extlinux/extlinux.conf': conf,
      '/boot/x': '',
      '/boot/vmlinuz-8': 'no kernel',
    });
    expect(() => find(broken)).toThrow(/there is none for this processor on it \(.*\/boot\/vmlinuz-8/);
  });

  test('is told apart from nothing, and from what cannot be read here', () => {
    expect(() => find(new Uint8Array(1_000_000))).toThrow('no file system');
    expect(() => find(makeExt(fresh(), 8, { '/a': 'b' }))).toThrow('there is none for this processor');
    const btrfs = new Uint8Array(200_000);
    btrfs.set(new TextEncoder().encode('_BHRfS_M'), 0x10040);
    expect(() => find(makeDisk('gpt', [btrfs]))).toThrow('partition 1 holds Btrfs, which cannot be read here');
    const xfs = new Uint8Array(200_000);
    xfs.set(new TextEncoder().encode('XFSB'));
    expect(() => find(xfs)).toThrow('the disk holds XFS');
  });
});

/** INNKEEPER_HOSTILE_DISKS sets how many mutations there are of each disk; each has a fixed seed. */
const MUTATIONS = Number(process.env['INNKEEPER_HOSTILE_DISKS'] ?? 10_000);

describe.skipIf(!toolsPresent)('a hostile disk', () => {
  const small: Tree = {
    '/boot/vmlinuz-6.12.10': kernelImage('new', 20_000),
    '/boot/initrd.img-6.12.10': noise(9000, 5),
    '/boot/grub/grub.cfg': 'menuentry x {\n linux /boot/vmlinuz-6.12.10 root=a\n initrd /boot/initrd.img-6.12.10\n}\n',
    '/etc/os-release': { to: '../usr/lib/os-release' },
    '/usr/lib/os-release': 'PRETTY_NAME=x\n',
    ...Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`/sbin/program-${index}`, 'x'.repeat(200)])),
  };
  const noLinks = Object.fromEntries(
    Object.entries(small).filter(([, content]) => !(typeof content === 'object' && 'to' in content)),
  );
  const disks = toolsPresent
    ? ([
        ['ext4', makeExt(fresh(), 2, small, '-b', '1024')],
        ['ext4 with inline data', makeExt(fresh(), 2, small, '-b', '1024', '-O', 'inline_data')],
        ['ext2', makeExt(fresh(), 2, small, '-b', '1024', '-O', '^has_journal,^extents,^64bit')],
        ['FAT12', makeFat(fresh(), 2, 12, noLinks)],
        ['FAT32 behind a GPT', makeDisk('gpt', [makeFat(fresh(), 34, 32, noLinks)])],
      ] as const)
    : [];

  test.each(disks)('(%s) is read or refused, and never takes long', { timeout: 600_000 }, (_, disk) => {
    expect(markOf(find(disk).kernel)).toBe('new');
    const random = new Random(disk.length);
    const used = usedBytes(disk);
    let found = 0;
    for (let count = 0; count < MUTATIONS; count++) {
      const undo = mutate(disk, used, random);
      try {
        surveyDisk(blocksOf(disk), unpackers);
        found++;
      } catch (error) {
        if (!(error instanceof AppError) || (error.code !== 'not-found' && error.code !== 'not-supported')) throw error;
      }
      undo();
    }
    // Otherwise the mutations would hit nothing, or nothing but the first bytes.
    expect(found).toBeGreaterThan(MUTATIONS / 20);
    expect(found).toBeLessThan(MUTATIONS);
  });
});

/** Where anything stands: changing zeros in between would seldom tell anything. */
function usedBytes(disk: Uint8Array): readonly number[] {
  const blocks: number[] = [];
  for (let at = 0; at < disk.length; at += 512) {
    if (disk.subarray(at, at + 512).some((byte) => byte !== 0)) blocks.push(at);
  }
  return blocks;
}

const TELLING = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];

/** Changes some bytes. @returns what brings them back */
function mutate(disk: Uint8Array, used: readonly number[], random: Random): () => void {
  const undo: (() => void)[] = [];
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.pick(used) + random.below(512);
    const width = random.pick([1, 2, 4, 4, 8]);
    const before = disk.slice(at, at + width);
    undo.unshift(() => disk.set(before, at));
    const value = random.below(3) === 0 ? random.below(256) : random.pick(TELLING);
    disk.fill(value, at, at + width);
  }
  return () => {
    for (const step of undo) step();
  };
}
