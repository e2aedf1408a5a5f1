import { CAN, COMPLETE, LONGEST_FRAME_BYTES, OFFLOAD_FLAG, SEGMENTATION } from '../../../../host/frame-port.ts';
import type { Offload } from '../../../../host/frame-port.ts';
import { ETHERNET_HEADER_BYTES, LONGEST_COMPLETE_FRAME_BYTES } from './net-protocol.ts';

/** virtio 1.3 §5.1.6 "Device Operation": struct virtio_net_hdr. */
export const PACKET_HEADER_BYTES = 12;
const HEADER = {
  flags: 0,
  segmentation: 1,
  headerBytes: 2,
  segmentBytes: 4,
  start: 6,
  offset: 8,
  buffers: 10,
} as const;

const CHECKSUM_BYTES = 2;
/** RFC 9293 §3.1: where the checksum is in a TCP header, and how long that is at least. */
const TCP_CHECKSUM_OFFSET = 16;
const TCP_HEADER_BYTES = 20;
/** What a TCP with all options in the header still sends at once: less would only multiply frames. */
const LEAST_SEGMENT_BYTES = 8;

/**
 * What a driver says of a frame that it sends. None of it is trusted.
 * @param frameBytes length of the frame itself
 * @param can bits of `CAN` that were negotiated
 * @returns null when it makes no sense
 */
export function readPacketHeader(header: Uint8Array, frameBytes: number, can: number): Offload | null {
  if (frameBytes < ETHERNET_HEADER_BYTES || frameBytes > LONGEST_FRAME_BYTES) return null;
  // §5.1.6.2.2: flags that a device does not know are ignored; that a checksum is good is for the other direction.
  const flags = (header[HEADER.flags] ?? 0) & OFFLOAD_FLAG.needsChecksum;
  const segmentation = header[HEADER.segmentation] ?? 0;
  if (flags === 0)
    return segmentation === SEGMENTATION.none && frameBytes <= LONGEST_COMPLETE_FRAME_BYTES ? COMPLETE : null;
  const offload: Offload = {
    flags,
    segmentation,
    headerBytes: word(header, HEADER.headerBytes),
    segmentBytes: word(header, HEADER.segmentBytes),
    checksumStart: word(header, HEADER.start),
    checksumOffset: word(header, HEADER.offset),
  };
  return isChecksumSensible(offload, frameBytes, can) && isSegmentationSensible(offload, frameBytes, can)
    ? offload
    : null;
}

function isChecksumSensible({ checksumStart, checksumOffset }: Offload, frameBytes: number, can: number): boolean {
  if ((can & CAN.checksum) === 0 || checksumStart < ETHERNET_HEADER_BYTES) return false;
  return checksumStart + checksumOffset + CHECKSUM_BYTES <= frameBytes;
}

function isSegmentationSensible(offload: Offload, frameBytes: number, can: number): boolean {
  const { segmentation, segmentBytes, checksumStart, checksumOffset } = offload;
  if (segmentation === SEGMENTATION.none) return frameBytes <= LONGEST_COMPLETE_FRAME_BYTES;
  if ((canFor(segmentation) & ~can) !== 0) return false;
  if (segmentBytes < LEAST_SEGMENT_BYTES || segmentBytes > LONGEST_COMPLETE_FRAME_BYTES) return false;
  return checksumOffset === TCP_CHECKSUM_OFFSET && checksumStart + TCP_HEADER_BYTES <= frameBytes;
}

/** Bits of `CAN` that the other side must have for a frame that is to be segmented so; none has all of them. */
function canFor(segmentation: number): number {
  const ecn = (segmentation & SEGMENTATION.ecn) === 0 ? 0 : CAN.ecn;
  const kind = segmentation & ~SEGMENTATION.ecn;
  if (kind === SEGMENTATION.tcp4) return CAN.tcp4 | ecn;
  return kind === SEGMENTATION.tcp6 ? CAN.tcp6 | ecn : ~0;
}

/** Whether one that takes `can` unfinished can be given a frame of this kind. */
export function isTaken({ flags, segmentation }: Offload, can: number): boolean {
  if ((flags & OFFLOAD_FLAG.needsChecksum) !== 0 && (can & CAN.checksum) === 0) return false;
  return segmentation === SEGMENTATION.none || (canFor(segmentation) & ~can) === 0;
}

/** @param buffers that the frame lies in, each of its own chain */
export function writePacketHeader(into: Uint8Array, offload: Offload, can: number, buffers: number): void {
  // §5.1.6.4.1: without VIRTIO_NET_F_GUEST_CSUM nothing is said of checksums.
  into[HEADER.flags] = (can & CAN.checksum) === 0 ? 0 : offload.flags;
  into[HEADER.segmentation] = offload.segmentation;
  setWord(into, HEADER.headerBytes, offload.headerBytes);
  setWord(into, HEADER.segmentBytes, offload.segmentBytes);
  setWord(into, HEADER.start, offload.checksumStart);
  setWord(into, HEADER.offset, offload.checksumOffset);
  setWord(into, HEADER.buffers, buffers);
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function setWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value & 0xff;
  bytes[at + 1] = value >>> 8;
}
