import { damaged, mustLieWithin, take, viewOf, type Blocks } from './blocks.ts';
import type { FileSystem } from './file-system.ts';
import { readEntries, type FatEntry } from './fat-directory.ts';

const MOST_DIRECTORY_BYTES = 2 * 1024 * 1024;

interface Layout {
  readonly bits: 12 | 16 | 32;
  readonly clusterBytes: number;
  /** Data clusters; they are numbered from 2. */
  readonly clusters: number;
  readonly tableAt: number;
  readonly dataAt: number;
  readonly rootAt: number;
  readonly rootBytes: number;
  /** Of FAT32, whose root is a chain as any other directory. */
  readonly rootCluster: number;
  readonly volumeId: number;
}

/** Whether the first sector describes a FAT volume; there is no other sign. */
export function isFat(blocks: Blocks): boolean {
  return readLayout(blocks) !== null;
}

/** "FAT: General Overview of On-Disk Format" (fatgen103): FAT12, FAT16 and FAT32. */
export class FatFileSystem implements FileSystem {
  readonly kind = 'fat';
  readonly uuid: string;
  readonly #blocks: Blocks;
  readonly #layout: Layout;

  constructor(blocks: Blocks) {
    const layout = readLayout(blocks);
    if (layout === null) throw damaged('its first sector');
    this.#blocks = blocks;
    this.#layout = layout;
    const id = layout.volumeId.toString(16).toUpperCase().padStart(8, '0');
    this.uuid = `${id.slice(0, 4)}-${id.slice(4)}`;
  }

  list(path: string): readonly string[] | null {
    const names = this.#directoryAt(partsOf(path))?.map(({ name }) => name);
    return names?.filter((name) => name !== '.' && name !== '..') ?? null;
  }

  read(path: string, mostBytes: number): Uint8Array | null {
    const parts = partsOf(path);
    const name = parts.pop();
    const entry = this.#directoryAt(parts)?.find((each) => isSame(each.name, name ?? ''));
    if (!entry || entry.isDirectory) return null;
    if (entry.sizeBytes > mostBytes) throw damaged(`${path} is too large`);
    return this.#chain(entry.firstCluster, entry.sizeBytes, path).subarray(0, entry.sizeBytes);
  }

  #directoryAt(parts: readonly string[]): readonly FatEntry[] | null {
    let entries = readEntries(this.#root());
    for (const part of parts) {
      const next = entries.find((entry) => isSame(entry.name, part));
      if (!next?.isDirectory) return null;
      // An entry ".." that leads to the root has no cluster of its own.
      const bytes = next.firstCluster === 0 ? this.#root() : this.#chain(next.firstCluster, null, part);
      entries = readEntries(bytes);
    }
    return entries;
  }

  #root(): Uint8Array {
    const { bits, rootAt, rootBytes, rootCluster } = this.#layout;
    if (bits === 32) return this.#chain(rootCluster, null, 'its root');
    return take(this.#blocks, rootAt, rootBytes, 'its root');
  }

  /** @param sizeBytes how much is needed of it; null for a directory, which ends with its chain */
  #chain(first: number, sizeBytes: number | null, what: string): Uint8Array {
    const { clusterBytes, clusters, dataAt } = this.#layout;
    if (sizeBytes === 0) return new Uint8Array(0);
    const numbers: number[] = [];
    const most = Math.min(clusters, Math.ceil((sizeBytes ?? MOST_DIRECTORY_BYTES) / clusterBytes));
    for (let cluster: number | null = first; cluster !== null && numbers.length < most; cluster = this.#next(cluster)) {
      if (cluster < 2 || cluster >= clusters + 2) throw damaged(`${what} has a cluster that does not exist`);
      numbers.push(cluster);
    }
    if (sizeBytes !== null && numbers.length * clusterBytes < sizeBytes) throw damaged(`${what} ends early`);
    mustLieWithin(this.#blocks, dataAt, 0, what);
    const bytes = new Uint8Array(numbers.length * clusterBytes);
    for (const [index, cluster] of numbers.entries()) {
      const at = dataAt + (cluster - 2) * clusterBytes;
      mustLieWithin(this.#blocks, at, clusterBytes, what);
      this.#blocks.read(bytes.subarray(index * clusterBytes, (index + 1) * clusterBytes), at);
    }
    return bytes;
  }

  /** The next cluster of a chain; null at its end. */
  #next(cluster: number): number | null {
    const { bits, tableAt } = this.#layout;
    const at = tableAt + Math.floor((cluster * bits) / 8);
    if (bits === 32)
      return ending(viewOf(take(this.#blocks, at, 4, 'its table')).getUint32(0, true) % 2 ** 28, 2 ** 28);
    const word = viewOf(take(this.#blocks, at, 2, 'its table')).getUint16(0, true);
    if (bits === 16) return ending(word, 2 ** 16);
    return ending(cluster % 2 === 0 ? word & 0xfff : word >> 4, 2 ** 12);
  }
}

/** The last eight values mark the end. */
function ending(value: number, limit: number): number | null {
  return value >= limit - 8 ? null : value;
}

function readLayout(blocks: Blocks): Layout | null {
  if (blocks.sizeBytes < 512) return null;
  const view = viewOf(take(blocks, 0, 512, 'its first sector'));
  const sectorBytes = view.getUint16(11, true);
  const clusterBytes = sectorBytes * view.getUint8(13);
  const reserved = view.getUint16(14, true);
  const tables = view.getUint8(16);
  const isJump = view.getUint8(0) === 0xeb || view.getUint8(0) === 0xe9;
  if (!isJump || ![512, 1024, 2048, 4096].includes(sectorBytes) || reserved === 0 || tables < 1 || tables > 2)
    return null;
  if (clusterBytes === 0 || clusterBytes > 256 * 1024 || (clusterBytes & (clusterBytes - 1)) !== 0) return null;
  const tableSectors = view.getUint16(22, true) || view.getUint32(36, true);
  const sectors = view.getUint16(19, true) || view.getUint32(32, true);
  const rootBytes = view.getUint16(17, true) * 32;
  const rootAt = (reserved + tables * tableSectors) * sectorBytes;
  const dataAt = rootAt + Math.ceil(rootBytes / sectorBytes) * sectorBytes;
  const clusters = Math.floor((sectors * sectorBytes - dataAt) / clusterBytes);
  if (tableSectors === 0 || clusters < 1 || dataAt >= blocks.sizeBytes) return null;
  const bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
  return {
    ...{ bits, clusterBytes, clusters, dataAt, rootAt, rootBytes },
    tableAt: reserved * sectorBytes,
    rootCluster: view.getUint32(44, true),
    volumeId: view.getUint32(bits === 32 ? 67 : 39, true),
  };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
