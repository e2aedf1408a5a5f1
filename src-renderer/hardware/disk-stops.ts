const MIB = 1024 * 1024;

/** 64, 128, 256, … MiB up to 2 TiB: a new disk is thin, so a size too large costs nothing. */
export const diskStops: readonly number[] = Array.from({ length: 16 }, (_, power) => 64 * MIB * 2 ** power);

/** What a new disk has unless one says otherwise. */
export const NEW_DISK_BYTES = 8 * 1024 * MIB;

/** The sizes that a disk of this size can grow to, in steps of a half and a whole of each power of two. */
export function growthStops(sizeBytes: number): readonly number[] {
  const stops = diskStops.flatMap((stop) => [stop, stop * 1.5]);
  return stops.filter((stop) => stop > sizeBytes);
}
