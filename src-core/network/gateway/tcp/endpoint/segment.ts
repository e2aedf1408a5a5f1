/** RFC 9293 §3.1, "Header Format". */
export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

/** A segment without its ports and its data. Numbers are unsigned and as they stand on the wire. */
export interface SegmentHead {
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Bits of `FLAG`. */
  readonly flags: number;
  /** Not scaled. */
  readonly window: number;
  /** RFC 9293 §3.7.1; 0 where the option is missing. */
  readonly maximumSegment: number;
  /** RFC 7323 §2.2; -1 where the option is missing. */
  readonly windowScale: number;
  /** RFC 2018 §2. */
  readonly sackPermitted: boolean;
  /** RFC 7323 §3.2; null where the option is missing. */
  readonly timestamps: Timestamps | null;
  /** RFC 2018 §3: beginnings and ends of blocks by turns, the newest block first. */
  readonly sack: readonly number[];
}

export interface Timestamps {
  readonly value: number;
  readonly echo: number;
}

/** A segment that arrived; its data is valid until its receiver returns. */
export interface Segment extends SegmentHead {
  readonly data: Uint8Array;
}

export const NO_SACK: readonly number[] = [];
export const NO_DATA = new Uint8Array(0);

export function hasFlag(segment: SegmentHead, flag: number): boolean {
  return (segment.flags & flag) !== 0;
}

/**
 * A number of the wire as a position: positions count bytes since a connection's first sequence number, and never wrap.
 * @param near a position no further than 2^31 away
 */
export function positionOf(sequence: number, initial: number, near: number): number {
  return near + ((sequence - ((initial + near) >>> 0)) | 0);
}

/** The reverse of `positionOf`. */
export function sequenceOf(position: number, initial: number): number {
  return (initial + position) >>> 0;
}
