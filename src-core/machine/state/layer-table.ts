import { PAGE_BYTES, type MemoryRun } from './memory-runs.ts';

/** For each run of pages, in their order: first page, pages (and whether they are zero), checksum of the bytes. */
const RUN_BYTES = 12;
const ZERO = 0x8000_0000;

export interface CheckedRun extends MemoryRun {
  /** 0 for a run of zeros. */
  readonly checksum: number;
}

export function tableBytes(runs: number): number {
  return runs * RUN_BYTES;
}

export function encodeTable(runs: readonly CheckedRun[]): Uint8Array {
  const table = new DataView(new ArrayBuffer(runs.length * RUN_BYTES));
  for (const [index, { firstPage, pages, zero, checksum }] of runs.entries()) {
    table.setUint32(index * RUN_BYTES, firstPage, true);
    table.setUint32(index * RUN_BYTES + 4, zero ? pages + ZERO : pages, true);
    table.setUint32(index * RUN_BYTES + 8, checksum, true);
  }
  return new Uint8Array(table.buffer);
}

/** @returns null unless the runs are in order and inside the memory */
export function decodeTable(bytes: Uint8Array, memoryBytes: number): CheckedRun[] | null {
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const runs: CheckedRun[] = [];
  let next = 0;
  for (let at = 0; at < bytes.length; at += RUN_BYTES) {
    const firstPage = table.getUint32(at, true);
    const length = table.getUint32(at + 4, true);
    const zero = length >= ZERO;
    const pages = zero ? length - ZERO : length;
    if (firstPage < next || pages === 0) return null;
    next = firstPage + pages;
    runs.push({ firstPage, pages, zero, checksum: table.getUint32(at + 8, true) });
  }
  return next * PAGE_BYTES <= memoryBytes ? runs : null;
}

/** What is kept for the runs. */
export function keptBytes(runs: readonly CheckedRun[]): number {
  return runs.reduce((sum, { pages, zero }) => sum + (zero ? 0 : pages * PAGE_BYTES), 0);
}
