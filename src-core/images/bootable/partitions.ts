import { BlockWindow, damaged, readU64, take, viewOf, type Blocks } from './blocks.ts';

/** A part of a disk that may hold a file system. */
export interface Partition {
  /** From 1, as Linux counts; 0 for a disk without a partition table. */
  readonly number: number;
  /** As Linux tells it in `PARTUUID=`; null without a partition table. */
  readonly partitionUuid: string | null;
  readonly blocks: Blocks;
}

const SECTOR_BYTES = 512;
const BOOT_SIGNATURE_AT = 510;
const MBR_ENTRIES_AT = 446;
const MBR_ENTRY_BYTES = 16;
const DISK_SIGNATURE_AT = 440;
const EXTENDED_TYPES = new Set([0x05, 0x0f, 0x85]);
const PROTECTIVE_TYPE = 0xee;
/** More than anybody has, so that a made-up table costs nothing. */
const MOST_PARTITIONS = 128;

/** The parts of a disk: by GPT, by MBR, or the whole disk as one. @throws AppError 'corrupt' */
export function findPartitions(disk: Blocks): readonly Partition[] {
  // A disk with sectors of 4 KiB has its table in the second of those.
  const found = readGpt(disk, SECTOR_BYTES) ?? readGpt(disk, 4096) ?? readMbr(disk);
  return found ?? [{ number: 0, partitionUuid: null, blocks: disk }];
}

/** UEFI specification, "GPT Disk Layout". The checksums are not looked at: what is read is not trusted anyway. */
function readGpt(disk: Blocks, sectorBytes: number): readonly Partition[] | null {
  if (disk.sizeBytes < 2 * sectorBytes) return null;
  const header = take(disk, sectorBytes, 92, 'its partition table');
  if (String.fromCharCode(...header.subarray(0, 8)) !== 'EFI PART') return null;
  const view = viewOf(header);
  const entryBytes = view.getUint32(84, true);
  if (entryBytes < 128 || entryBytes > 4096) throw damaged('the entries of its partition table');
  const count = Math.min(view.getUint32(80, true), MOST_PARTITIONS);
  const table = take(disk, readU64(view, 72, 'its partition table') * sectorBytes, count * entryBytes, 'a partition');
  const partitions: Partition[] = [];
  for (let index = 0; index < count; index++) {
    const entry = table.subarray(index * entryBytes, (index + 1) * entryBytes);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const first = Number(viewOf(entry).getBigUint64(32, true)) * sectorBytes;
    const end = (Number(viewOf(entry).getBigUint64(40, true)) + 1) * sectorBytes;
    if (end <= first || first >= disk.sizeBytes) continue;
    const blocks = new BlockWindow(disk, first, end - first);
    partitions.push({ number: index + 1, partitionUuid: guid(entry.subarray(16, 32)), blocks });
  }
  return partitions;
}

/** UEFI specification, "GUID and Time Formats": the first three groups are little-endian. */
function guid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = order.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

interface MbrEntry {
  readonly type: number;
  /** In sectors. */
  readonly first: number;
  readonly count: number;
}

/** The first sector of a FAT volume without partitions ends as a table does; it has no entries that make sense. */
function readMbr(disk: Blocks): readonly Partition[] | null {
  const entries = readMbrSector(disk, 0);
  if (entries === null || entries.every(({ type }) => type === 0)) return null;
  const sectors = disk.sizeBytes / SECTOR_BYTES;
  if (entries.some(({ type, first, count }) => type !== 0 && (first === 0 || count === 0 || first >= sectors)))
    return null;
  if (entries.some(({ type }) => type === PROTECTIVE_TYPE)) return null;
  const signature = viewOf(take(disk, DISK_SIGNATURE_AT, 4, 'its partition table')).getUint32(0, true);
  const partition = (number: number, first: number, count: number): Partition => ({
    number,
    partitionUuid: `${signature.toString(16).padStart(8, '0')}-${number.toString(16).padStart(2, '0')}`,
    blocks: new BlockWindow(disk, first * SECTOR_BYTES, count * SECTOR_BYTES),
  });
  const partitions: Partition[] = [];
  for (const [index, { type, first, count }] of entries.entries()) {
    if (type !== 0 && !EXTENDED_TYPES.has(type)) partitions.push(partition(index + 1, first, count));
  }
  const extended = entries.find(({ type }) => EXTENDED_TYPES.has(type));
  if (extended) {
    for (const { first, count } of readLogical(disk, extended.first)) {
      partitions.push(partition(5 + partitions.filter(({ number }) => number >= 5).length, first, count));
    }
  }
  return partitions;
}

/** Logical partitions: a chain of sectors, each with one of them and the way to the next. */
function* readLogical(disk: Blocks, extended: number): Generator<{ first: number; count: number }> {
  let at = extended;
  for (let seen = 0; seen < MOST_PARTITIONS; seen++) {
    const entries = readMbrSector(disk, at);
    const [own, next] = entries ?? [];
    if (own && own.type !== 0) yield { first: at + own.first, count: own.count };
    if (!next || next.type === 0 || next.first === 0) return;
    at = extended + next.first;
  }
}

function readMbrSector(disk: Blocks, sector: number): readonly MbrEntry[] | null {
  if ((sector + 1) * SECTOR_BYTES > disk.sizeBytes) return null;
  const view = viewOf(take(disk, sector * SECTOR_BYTES, SECTOR_BYTES, 'its partition table'));
  if (view.getUint16(BOOT_SIGNATURE_AT, true) !== 0xaa55) return null;
  return [0, 1, 2, 3].map((index) => {
    const at = MBR_ENTRIES_AT + index * MBR_ENTRY_BYTES;
    return { type: view.getUint8(at + 4), first: view.getUint32(at + 8, true), count: view.getUint32(at + 12, true) };
  });
}
