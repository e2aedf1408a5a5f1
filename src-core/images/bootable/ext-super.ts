import { AppError } from '../../base/errors.ts';
import { damaged, take, viewOf, type Blocks } from './blocks.ts';

/** Linux, Documentation/filesystems/ext4/super.rst. */
const SUPER_AT = 1024;
const SUPER_BYTES = 1024;
const AT = {
  blocksCount: 4,
  firstDataBlock: 20,
  logBlockSize: 24,
  blocksPerGroup: 32,
  inodesPerGroup: 40,
  inodesCount: 0,
  revision: 76,
  inodeSize: 88,
  incompatible: 96,
  readOnlyCompatible: 100,
  uuid: 104,
  backupGroups: 588,
  descriptorSize: 254,
  firstMetaGroup: 260,
} as const;

const INCOMPATIBLE = {
  compression: 0x1,
  journalDevice: 0x8,
  metaGroups: 0x10,
  sixtyFourBit: 0x80,
  dirData: 0x1000,
} as const;
/** Everything that changes nothing about how directories and files are read. */
const READABLE = 0x2 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000;
const SPARSE_SUPER = 0x1;
const SPARSE_SUPER_2_COMPATIBLE = 0x200;

export interface ExtSuper {
  readonly uuid: string;
  readonly blockBytes: number;
  readonly inodesCount: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  /** Where the descriptor of a block group stands. */
  descriptorAt(group: number): number;
  readonly hasWideDescriptors: boolean;
}

/** @throws AppError 'corrupt', or 'not-supported' whose cause names what it is */
export function readSuper(blocks: Blocks): ExtSuper {
  const view = viewOf(take(blocks, SUPER_AT, SUPER_BYTES, 'its superblock'));
  const incompatible = view.getUint32(AT.incompatible, true);
  if ((incompatible & ~READABLE) !== 0) throw unreadable(incompatible);
  const logBlockSize = view.getUint32(AT.logBlockSize, true);
  const blocksPerGroup = view.getUint32(AT.blocksPerGroup, true);
  const inodesPerGroup = view.getUint32(AT.inodesPerGroup, true);
  const inodeBytes = view.getUint32(AT.revision, true) === 0 ? 128 : view.getUint16(AT.inodeSize, true);
  if (logBlockSize > 6 || blocksPerGroup === 0 || inodesPerGroup === 0) throw damaged('its superblock');
  const blockBytes = 1024 << logBlockSize;
  if (inodeBytes < 128 || inodeBytes > blockBytes) throw damaged('the size of its inodes');
  return {
    uuid: uuidOf(view),
    blockBytes,
    inodesCount: view.getUint32(AT.inodesCount, true),
    inodesPerGroup,
    inodeBytes,
    ...descriptors(view, blockBytes, blocksPerGroup),
  };
}

function descriptors(
  view: DataView,
  blockBytes: number,
  blocksPerGroup: number,
): Pick<ExtSuper, 'descriptorAt' | 'hasWideDescriptors'> {
  const incompatible = view.getUint32(AT.incompatible, true);
  const isWide = (incompatible & INCOMPATIBLE.sixtyFourBit) !== 0;
  const descriptorBytes = isWide ? Math.max(32, view.getUint16(AT.descriptorSize, true)) : 32;
  if (descriptorBytes > blockBytes) throw damaged('the size of its group descriptors');
  const perBlock = Math.floor(blockBytes / descriptorBytes);
  const first = view.getUint32(AT.firstDataBlock, true);
  const firstMeta = (incompatible & INCOMPATIBLE.metaGroups) === 0 ? Infinity : view.getUint32(AT.firstMetaGroup, true);
  const descriptorAt = (group: number): number => {
    const meta = Math.floor(group / perBlock);
    const within = (group % perBlock) * descriptorBytes;
    // Not always behind the first data block: with clusters of blocks that is 0 even where the superblock is in block 1.
    if (meta < firstMeta) return (Math.floor(SUPER_AT / blockBytes) + 1 + meta) * blockBytes + within;
    // "Meta Block Groups": the descriptors of a meta group stand in its own first group, behind a superblock if it has one.
    const start = first + meta * perBlock * blocksPerGroup;
    const behind = hasSuper(view, meta * perBlock) ? 1 : 0;
    const shifted = meta === 0 && first === 0 && blockBytes === SUPER_AT ? 1 : 0;
    return (start + behind + shifted) * blockBytes + within;
  };
  return { descriptorAt, hasWideDescriptors: isWide && descriptorBytes >= 64 };
}

/** Which block groups have a copy of the superblock. */
function hasSuper(view: DataView, group: number): boolean {
  if (group === 0) return true;
  if ((view.getUint32(92, true) & SPARSE_SUPER_2_COMPATIBLE) !== 0) {
    return [0, 4].some((at) => view.getUint32(AT.backupGroups + at, true) === group);
  }
  if ((view.getUint32(AT.readOnlyCompatible, true) & SPARSE_SUPER) === 0 || group === 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

function uuidOf(view: DataView): string {
  let hex = '';
  for (let at = 0; at < 16; at++)
    hex += view
      .getUint8(AT.uuid + at)
      .toString(16)
      .padStart(2, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function unreadable(incompatible: number): AppError {
  const isJournal = (incompatible & INCOMPATIBLE.journalDevice) !== 0;
  const because = isJournal ? 'the journal of another ext4' : 'ext4 with features that are not known here';
  return new AppError({ code: 'not-supported', doing: 'look for a kernel on the disk', because });
}
