/**
 * The file underneath an image: synchronous, because a machine's thread serves its guest between two slices.
 * Failures of the computer (no room, no right) are thrown as they come, best as an `AppError`.
 */
export interface BlockFile {
  /** For messages: the path. */
  readonly name: string;
  readonly readOnly: boolean;
  /** Now: it grows by writes beyond its end. */
  readonly sizeBytes: number;
  /** Fills `into` from `offset`; what lies beyond the end of the file reads as zeros. */
  read(into: Uint8Array, offset: number): void;
  write(from: Uint8Array, offset: number): void;
  /** Cuts the file, or lengthens it with zeros that take no room. */
  truncate(sizeBytes: number): void;
  /** Everything written before is on stable storage when this returns. */
  flush(): void;
  /** Gives a range back to the host; it reads as zeros then. Absent where the host offers no such thing. */
  punchHole?(offset: number, length: number): void;
  close(): void;
}
