const MIB = 1024 * 1024;

/** 64, 128, 256, … MiB up to 2 TiB: a new disk is thin, so a size too large costs nothing. */
export const diskStops: readonly number[] = Array.from({ length: 16 }, (_, power) => 64 * MIB * 2 ** power);
