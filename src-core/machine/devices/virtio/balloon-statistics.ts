import type { GuestRam } from '../guest-ram.ts';
import { gather, type Segment } from './chain.ts';

/** What a guest says of its memory, in bytes; null where it says nothing. */
export interface MemoryStatistics {
  readonly totalBytes: number | null;
  /** Not used for anything. */
  readonly freeBytes: number | null;
  /** What programs could get without swapping. */
  readonly availableBytes: number | null;
  /** Files that are kept in memory. */
  readonly cachesBytes: number | null;
}

/** virtio 1.3 §5.5.6.4 "Memory Statistics Tags". */
const TAG = { free: 4, total: 5, available: 6, caches: 7 } as const;
/** struct virtio_balloon_stat: le16 tag, le64 value, packed. */
const ENTRY_BYTES = 10;
const MOST_ENTRIES = 64;

export function readMemoryStatistics(ram: GuestRam, segments: readonly Segment[]): MemoryStatistics {
  const bytes = new Uint8Array(ENTRY_BYTES * MOST_ENTRIES);
  const length = gather(ram, segments, bytes);
  const view = new DataView(bytes.buffer);
  const values = new Map<number, number>();
  for (let at = 0; at + ENTRY_BYTES <= length; at += ENTRY_BYTES)
    values.set(view.getUint16(at, true), Number(view.getBigUint64(at + 2, true)));
  // A guest cannot have more than it was given, whatever it says.
  const value = (tag: number) => {
    const said = values.get(tag);
    return said === undefined ? null : Math.min(said, ram.sizeBytes);
  };
  return {
    totalBytes: value(TAG.total),
    freeBytes: value(TAG.free),
    availableBytes: value(TAG.available),
    cachesBytes: value(TAG.caches),
  };
}
