import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Tools that make the file systems: packages e2fsprogs, dosfstools and mtools. */
const TOOLS = ['mkfs.ext4', 'mkfs.vfat', 'mcopy', 'debugfs'];
/** Debian keeps them where only root looks. */
const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, MTOOLS_SKIP_CHECK: '1' };

export const toolsPresent = TOOLS.every((tool) => spawnSync(tool, ['-V'], { env: environment }).error === undefined);

/** Contents by path, a link where the content is `{ to }`. */
export type Tree = Readonly<Record<string, Uint8Array | string | { readonly to: string }>>;

export function run(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', env: environment });
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${status} ${stderr}`);
  return stdout;
}

/** Puts files below a folder. */
export function plant(folder: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    if (typeof content === 'object' && 'to' in content) symlinkSync(content.to, whole);
    else writeFileSync(whole, content);
  }
}

/** An ext file system. @param folder of its own, for what is in between */
export function makeExt(folder: string, sizeMib: number, tree: Tree, ...options: string[]): Uint8Array {
  const files = join(folder, 'files');
  plant(files, tree);
  const image = join(folder, 'ext.img');
  run('mkfs.ext4', '-q', '-F', ...options, '-d', files, image, `${sizeMib}M`);
  return new Uint8Array(readFileSync(image));
}

/** A FAT file system. @param bits 12, 16 or 32 */
export function makeFat(folder: string, sizeMib: number, bits: number, tree: Tree): Uint8Array {
  const files = join(folder, 'files');
  plant(files, tree);
  const image = join(folder, 'fat.img');
  run('mkfs.vfat', '-C', '-F', String(bits), '-i', 'CAFE0001', image, String(sizeMib * 1024));
  const tops = [...new Set(Object.keys(tree).map((path) => path.split('/').filter((part) => part !== '')[0] ?? ''))];
  run('mcopy', '-s', '-i', image, ...tops.map((name) => join(files, name)), '::/');
  return new Uint8Array(readFileSync(image));
}

const SECTOR = 512;
const FIRST_SECTOR = 2048;

/** A disk with partitions one after the other. @param table which kind of partition table */
export function makeDisk(table: 'gpt' | 'mbr', partitions: readonly Uint8Array[]): Uint8Array {
  const sectors = partitions.map((bytes) => Math.ceil(bytes.length / SECTOR));
  const total = FIRST_SECTOR + sectors.reduce((sum, count) => sum + count, 0) + FIRST_SECTOR;
  const disk = new Uint8Array(total * SECTOR);
  const view = new DataView(disk.buffer);
  view.setUint16(510, 0xaa55, true);
  view.setUint32(440, 0x1234abcd, true);
  if (table === 'gpt') writeGptHeader(disk, view);
  let first = FIRST_SECTOR;
  partitions.forEach((bytes, index) => {
    disk.set(bytes, first * SECTOR);
    const count = sectors[index] ?? 0;
    if (table === 'mbr') {
      view.setUint8(446 + index * 16 + 4, 0x83);
      view.setUint32(446 + index * 16 + 8, first, true);
      view.setUint32(446 + index * 16 + 12, count, true);
    } else {
      const at = 2 * SECTOR + index * 128;
      disk.fill(0x11, at, at + 16);
      disk.set(
        Array.from({ length: 16 }, (_, byte) => 16 * index + byte),
        at + 16,
      );
      view.setBigUint64(at + 32, BigInt(first), true);
      view.setBigUint64(at + 40, BigInt(first + count - 1), true);
    }
    first += count;
  });
  return disk;
}

function writeGptHeader(disk: Uint8Array, view: DataView): void {
  view.setUint8(446 + 4, 0xee);
  view.setUint32(446 + 8, 1, true);
  view.setUint32(446 + 12, 0xffffffff, true);
  disk.set(new TextEncoder().encode('EFI PART'), SECTOR);
  view.setBigUint64(SECTOR + 72, 2n, true);
  view.setUint32(SECTOR + 80, 128, true);
  view.setUint32(SECTOR + 84, 128, true);
}
