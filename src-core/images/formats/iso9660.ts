import { assert } from '../../base/errors.ts';

/** A file in the root directory of a volume. */
export interface IsoFile {
  /** As Linux shows it: letters, digits, ".", "_" and "-". */
  readonly name: string;
  readonly content: Uint8Array;
}

const SECTOR_BYTES = 2048;
/** ECMA-119, "Volume Descriptors": after sixteen sectors that are the system's. */
const PRIMARY_SECTOR = 16;
const TERMINATOR_SECTOR = 17;
const LITTLE_PATH_TABLE_SECTOR = 18;
const BIG_PATH_TABLE_SECTOR = 19;
const ROOT_SECTOR = 20;
const PATH_TABLE_BYTES = 10;
const DIRECTORY_FLAG = 2;
/** POSIX file modes, as Rock Ridge has them. */
const MODE_DIRECTORY = 0o040755;
const MODE_FILE = 0o100644;

const encoder = new TextEncoder();

/**
 * A small read-only volume: ISO 9660 (ECMA-119) with Rock Ridge (IEEE P1282) for the names, which in the plain format
 * have eight letters. One directory, whose records fit into one sector.
 * @param label at most 32 capital letters, digits and "_"
 */
export function writeIso9660(label: string, files: readonly IsoFile[]): Uint8Array {
  assert(/^[A-Z0-9_]{1,32}$/.test(label), `"${label}" can be the label of a volume`);
  const placed = place(files);
  const totalSectors = placed.reduce(
    (end, { sector, content }) => Math.max(end, sector + sectorsOf(content)),
    ROOT_SECTOR + 1,
  );
  const volume = new Uint8Array(totalSectors * SECTOR_BYTES);
  const put = (sector: number, bytes: Uint8Array): void => volume.set(bytes, sector * SECTOR_BYTES);
  put(PRIMARY_SECTOR, primaryDescriptor(label, totalSectors));
  put(TERMINATOR_SECTOR, Uint8Array.of(255, ...encoder.encode('CD001'), 1));
  put(LITTLE_PATH_TABLE_SECTOR, pathTable(true));
  put(BIG_PATH_TABLE_SECTOR, pathTable(false));
  put(ROOT_SECTOR, rootDirectory(placed));
  for (const { sector, content } of placed) put(sector, content);
  return volume;
}

interface PlacedFile extends IsoFile {
  readonly sector: number;
  /** In the plain format: "USER_DAT.;1". */
  readonly plainName: string;
}

/** Sorted by their plain names, as the format wants them. */
function place(files: readonly IsoFile[]): PlacedFile[] {
  let sector = ROOT_SECTOR + 1;
  const placed = files.map((file) => {
    assert(/^[A-Za-z0-9._-]{1,100}$/.test(file.name), `"${file.name}" can be the name of a file`);
    const at = sector;
    sector += sectorsOf(file.content);
    return { ...file, sector: at, plainName: plainNameOf(file.name) };
  });
  assert(new Set(placed.map(({ plainName }) => plainName)).size === placed.length, 'plain names differ');
  return placed.sort((a, b) => (a.plainName < b.plainName ? -1 : 1));
}

function plainNameOf(name: string): string {
  const [stem = '', suffix = ''] = name.toUpperCase().split('.', 2);
  return `${stem.replace(/[^A-Z0-9]/g, '_').slice(0, 8)}.${suffix.replace(/[^A-Z0-9]/g, '_').slice(0, 3)};1`;
}

function sectorsOf(content: Uint8Array): number {
  return Math.ceil(content.length / SECTOR_BYTES);
}

function primaryDescriptor(label: string, totalSectors: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  // Texts that say nothing are spaces, dates that say nothing are zeros with an offset of 0.
  bytes.fill(0x20, 8, 72);
  bytes.fill(0x20, 190, 813);
  for (const at of [813, 830, 847, 864]) bytes.fill(0x30, at, at + 16);
  const text = (at: number, value: string): void => bytes.set(encoder.encode(value), at);
  bytes[0] = 1;
  text(1, 'CD001');
  bytes[6] = 1;
  text(40, label);
  bytes.set(both32(totalSectors), 80);
  for (const [at, value] of [
    [120, 1],
    [124, 1],
    [128, SECTOR_BYTES],
  ] as const) {
    bytes.set(both16(value), at);
  }
  bytes.set(both32(PATH_TABLE_BYTES), 132);
  const view = new DataView(bytes.buffer);
  view.setUint32(140, LITTLE_PATH_TABLE_SECTOR, true);
  view.setUint32(148, BIG_PATH_TABLE_SECTOR, false);
  bytes.set(directoryRecord(Uint8Array.of(0), ROOT_SECTOR, SECTOR_BYTES, DIRECTORY_FLAG), 156);
  bytes[881] = 1;
  return bytes;
}

/** ECMA-119, "Path Table Record": the root only. */
function pathTable(little: boolean): Uint8Array {
  const bytes = new Uint8Array(PATH_TABLE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  view.setUint32(2, ROOT_SECTOR, little);
  view.setUint16(6, 1, little);
  return bytes;
}

function rootDirectory(files: readonly PlacedFile[]): Uint8Array {
  const own = [...sharingProtocol(), ...posix(MODE_DIRECTORY, 2), ...extensionReference()];
  const records = [
    directoryRecord(Uint8Array.of(0), ROOT_SECTOR, SECTOR_BYTES, DIRECTORY_FLAG, own),
    directoryRecord(Uint8Array.of(1), ROOT_SECTOR, SECTOR_BYTES, DIRECTORY_FLAG, posix(MODE_DIRECTORY, 2)),
    ...files.map(({ plainName, name, sector, content }) =>
      directoryRecord(encoder.encode(plainName), sector, content.length, 0, [
        ...posix(MODE_FILE, 1),
        ...alternateName(name),
      ]),
    ),
  ];
  const bytes = new Uint8Array(SECTOR_BYTES);
  let at = 0;
  for (const record of records) {
    assert(at + record.length <= SECTOR_BYTES, 'the root directory fits into one sector');
    bytes.set(record, at);
    at += record.length;
  }
  return bytes;
}

/** ECMA-119, "Directory Record", with what Rock Ridge adds in the end. */
function directoryRecord(
  name: Uint8Array,
  sector: number,
  sizeBytes: number,
  flags: number,
  extra: readonly number[] = [],
): Uint8Array {
  const extraAt = (33 + name.length + 1) & ~1;
  const record = new Uint8Array((extraAt + extra.length + 1) & ~1);
  assert(record.length <= 255, 'a directory record has at most 255 bytes');
  record[0] = record.length;
  record.set(both32(sector), 2);
  record.set(both32(sizeBytes), 10);
  // The time of the record: 1980-01-01, since which there are clocks that could tell another.
  record.set([80, 1, 1, 0, 0, 0, 0], 18);
  record[25] = flags;
  record.set(both16(1), 28);
  record[32] = name.length;
  record.set(name, 33);
  record.set(extra, extraAt);
  return record;
}

/** System Use Sharing Protocol, "SP". */
function sharingProtocol(): number[] {
  return [...encoder.encode('SP'), 7, 1, 0xbe, 0xef, 0];
}

/** Rock Ridge, "PX": mode, links, owner and group. */
function posix(mode: number, links: number): number[] {
  return [...encoder.encode('PX'), 36, 1, ...both32(mode), ...both32(links), ...both32(0), ...both32(0)];
}

/** Rock Ridge, "NM". */
function alternateName(name: string): number[] {
  return [...encoder.encode('NM'), 5 + name.length, 1, 0, ...encoder.encode(name)];
}

/** System Use Sharing Protocol, "ER": by which Linux knows that this is Rock Ridge. */
function extensionReference(): number[] {
  const id = encoder.encode('RRIP_1991A');
  return [...encoder.encode('ER'), 8 + id.length, 1, id.length, 0, 0, 1, ...id];
}

/** A number in both byte orders, little first. */
function both32(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, value, true);
  new DataView(bytes.buffer).setUint32(4, value, false);
  return bytes;
}

function both16(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint16(0, value, true);
  new DataView(bytes.buffer).setUint16(2, value, false);
  return bytes;
}
