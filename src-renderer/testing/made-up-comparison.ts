import type { Comparison } from '../../src-core/contract/compare.ts';

const MIB = 1024 * 1024;

export const comparison: Comparison = {
  takenAt: Date.now() - 60_000,
  service: 'BusyBox httpd with one page',
  machine: {
    ...{ image: 'debian-13-tiny', imageBytes: 41 * MIB, movedBytes: 14 * MIB },
    ...{ startMs: [310, 305, 322, 299, 340], memoryBytes: 58 * MIB, perGibibyte: 17 },
  },
  container: {
    ...{ image: 'busybox', imageBytes: 2 * MIB, movedBytes: MIB },
    ...{ startMs: [120, 118, 131, 122, 119], memoryBytes: MIB, perGibibyte: 1024 },
  },
  node: { imageBytes: 52 * MIB, memoryBytes: 90 * MIB },
};
