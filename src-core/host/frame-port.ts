/**
 * The cable between a network card and a virtual switch, as both of them see it. A machine knows nothing of networks, and
 * a network nothing of machines: both know this.
 */

/**
 * What the sender of a frame left to others to do: struct virtio_net_hdr without `num_buffers` (virtio 1.3 §5.1.6). All
 * zero: nothing.
 */
export interface Offload {
  readonly flags: number;
  readonly segmentation: number;
  /** Bytes of the Ethernet, IP and TCP headers, a hint only; 0 where nothing is segmented. */
  readonly headerBytes: number;
  /** Payload bytes of each segment that the frame is to be cut into. */
  readonly segmentBytes: number;
  /** With `needsChecksum`: the Internet checksum of what begins here ... */
  readonly checksumStart: number;
  /** ... is to be put this many bytes behind it, where the pseudo header's sum stands now. */
  readonly checksumOffset: number;
}

export const OFFLOAD_FLAG = { needsChecksum: 1, checksumIsGood: 2 } as const;

/** §5.1.6 `gso_type`. */
export const SEGMENTATION = { none: 0, tcp4: 1, tcp6: 4, ecn: 0x80 } as const;

/** Nothing is left to anybody. */
export const COMPLETE: Offload = {
  flags: 0,
  segmentation: SEGMENTATION.none,
  headerBytes: 0,
  segmentBytes: 0,
  checksumStart: 0,
  checksumOffset: 0,
};

/** An Ethernet frame without its check sequence; with segmentation, up to 64 KiB and headers. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly offload: Offload;
}

/** What an end takes unfinished: bits. Without any, every frame is complete and fits the MTU. */
export const CAN = { checksum: 1, tcp4: 2, tcp6: 4, ecn: 8 } as const;

/** The longest frame on a cable: a 64 KiB IP packet with its Ethernet header and a VLAN tag. */
export const LONGEST_FRAME_BYTES = 65_535 + 18;

/** One end of a cable. Nothing here waits. */
export interface FramePort {
  /**
   * Puts a frame onto the cable; the other end may not be told before `flush`.
   * @param pieces of one frame, together at most `LONGEST_FRAME_BYTES`
   * @returns false when there is no room: then nothing was sent, and this end is woken once there is
   */
  send(pieces: readonly Uint8Array[], offload: Offload): boolean;
  /** The oldest frame that waits here, or null. It stays valid, and the oldest, until `take`. */
  peek(): Frame | null;
  /** Done with the frame that `peek` gave. */
  take(): void;
  /** Wakes the other end, where there is something for it since the last time: frames, or room that it waits for. */
  flush(): void;
  /** Bits of `CAN`: what the other end takes unfinished. */
  readonly peerCan: number;
  /** Tells the other end what this one takes unfinished. */
  tell(can: number): void;
}
