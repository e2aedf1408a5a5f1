/** A file by its content. */
export interface KnownFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Lists of Debian's packages whose signed release we verified ourselves: so that a computer that never saw one can build an
 * image from a mirror that has a new release, and still the list of the one before. Each is main/binary-riscv64/Packages.xz.
 */
export const KNOWN_INDEXES: readonly KnownFile[] = [
  // trixie, before point release 13.8 of 2026-11-21
  { sha256: '1b0d89902b0bde1d8cacb392e3c9b73511abc12b291511c3a9dcd28ad0fa3582', sizeBytes: 9_385_284 },
];
