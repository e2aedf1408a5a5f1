import type { Frame, Offload } from '../../host/frame-port.ts';
import { CAN, COMPLETE, OFFLOAD_FLAG, SEGMENTATION } from '../../host/frame-port.ts';
import { fold, internetChecksum, onesSum, pseudoHeaderSum } from '../wire-format/checksum.ts';
import { dissect } from '../wire-format/dissection.ts';
import type { Dissection } from '../wire-format/dissection.ts';
import { ETHERNET_BYTES, VLAN_TAG_BYTES } from '../wire-format/ethernet.ts';
import { read16, write16, write32 } from '../wire-format/fields.ts';
import { PROTOCOL } from '../wire-format/ip.ts';
import type { IpHeader } from '../wire-format/ip.ts';
import { TCP_FLAG } from '../wire-format/tcp.ts';
import type { TcpHeader } from '../wire-format/tcp.ts';
import { checksumOf } from '../wire-format/transport-checksum.ts';

/** Of a frame that is not to be cut: 1500 bytes of payload, with a tag. */
export const LONGEST_WHOLE_FRAME_BYTES = ETHERNET_BYTES + VLAN_TAG_BYTES + 1500;
/** Smaller segments serve only to make others work: Linux, too, sends none (net.ipv4.tcp_min_snd_mss). */
const LEAST_SEGMENT_BYTES = 48;
const TCP_CHECKSUM_OFFSET = 16;
const UDP_CHECKSUM_OFFSET = 6;

interface TcpDissection extends Dissection {
  readonly ip: IpHeader;
  readonly tcp: TcpHeader;
}

/** Bits of `CAN` that a receiver must have, or somebody has to finish the frame. */
export function needsOf({ flags, segmentation }: Offload): number {
  const kind = segmentation & ~SEGMENTATION.ecn;
  const cut = kind === SEGMENTATION.tcp4 ? CAN.tcp4 : kind === SEGMENTATION.tcp6 ? CAN.tcp6 : 0;
  const ecn = (segmentation & SEGMENTATION.ecn) === 0 ? 0 : CAN.ecn;
  return ((flags & OFFLOAD_FLAG.needsChecksum) === 0 ? 0 : CAN.checksum) | cut | ecn;
}

/**
 * What a guest left to do, as far as others may rely on it.
 * @returns null when it contradicts its frame, or the frame is longer than one that is not to be cut may be
 */
export function soundOffload(frame: Uint8Array, offload: Offload): Offload | null {
  const { segmentation, checksumStart, checksumOffset } = offload;
  const needsChecksum = (offload.flags & OFFLOAD_FLAG.needsChecksum) !== 0;
  if (segmentation !== SEGMENTATION.none) return needsChecksum ? soundSegmentation(frame, offload) : null;
  if (frame.length > LONGEST_WHOLE_FRAME_BYTES) return null;
  if (!needsChecksum) return COMPLETE;
  if (checksumStart < ETHERNET_BYTES || checksumStart + checksumOffset + 2 > frame.length) return null;
  return { ...COMPLETE, flags: OFFLOAD_FLAG.needsChecksum, checksumStart, checksumOffset };
}

/**
 * What goes on of a frame that a guest sent. UDP checksums are finished at once: DHCP clients read frames before their
 * kernel looks at a flag, and what ICMP errors quote nobody finishes later.
 * @returns null for nothing, see `soundOffload`
 */
export function soundFrame({ bytes, offload: claimed }: Frame): Frame | null {
  const offload = soundOffload(bytes, claimed);
  if (offload === null) return null;
  const isUdp = offload.segmentation === SEGMENTATION.none && offload.checksumOffset === UDP_CHECKSUM_OFFSET;
  return isUdp ? { bytes: withChecksum(bytes, offload), offload: COMPLETE } : { bytes, offload };
}

function soundSegmentation(frame: Uint8Array, { segmentation, segmentBytes, ...offload }: Offload): Offload | null {
  const found = tcpOf(frame);
  const version = found?.ip.version === 4 ? SEGMENTATION.tcp4 : SEGMENTATION.tcp6;
  if (!found || (segmentation & ~SEGMENTATION.ecn) !== version) return null;
  const { payloadAt } = found.ip;
  const { dataAt } = found.tcp;
  if (segmentBytes < LEAST_SEGMENT_BYTES || dataAt + segmentBytes > LONGEST_WHOLE_FRAME_BYTES) return null;
  if (offload.checksumStart !== payloadAt || offload.checksumOffset !== TCP_CHECKSUM_OFFSET) return null;
  return { ...offload, flags: OFFLOAD_FLAG.needsChecksum, segmentation, segmentBytes, headerBytes: dataAt };
}

function tcpOf(frame: Uint8Array): TcpDissection | null {
  const found = dissect(frame);
  if (!found?.ip || !found.tcp || found.ip.fragment) return null;
  return { ...found, ip: found.ip, tcp: found.tcp };
}

/** Frames that it is on the wire. */
export function wireFrames(frameBytes: number, { segmentation, segmentBytes, headerBytes }: Offload): number {
  if (segmentation === SEGMENTATION.none) return 1;
  return Math.max(1, Math.ceil((frameBytes - headerBytes) / Math.max(1, segmentBytes)));
}

/**
 * The frames that it is on the wire, with nothing left to do: copies, unless nothing was.
 * @param offload sound for the frame
 */
export function finished(frame: Uint8Array, offload: Offload): readonly Uint8Array[] {
  if (offload.segmentation !== SEGMENTATION.none) return segmentsOf(frame, offload);
  return (offload.flags & OFFLOAD_FLAG.needsChecksum) === 0 ? [frame] : [withChecksum(frame, offload)];
}

function withChecksum(frame: Uint8Array, { checksumStart, checksumOffset }: Offload): Uint8Array {
  const whole = frame.slice();
  // Of a short frame, what pads it is no part of the datagram.
  const found = dissect(whole);
  const end = found?.ip && found.ip.payloadAt <= checksumStart ? found.ip.end : whole.length;
  const sum = onesSum(whole.subarray(checksumStart, Math.max(end, checksumStart + checksumOffset + 2)));
  write16(whole, checksumStart + checksumOffset, checksumOf(sum, checksumOffset === UDP_CHECKSUM_OFFSET));
  return whole;
}

function segmentsOf(frame: Uint8Array, { segmentBytes }: Offload): readonly Uint8Array[] {
  const found = tcpOf(frame);
  if (found === null) return [];
  const { ip, tcp } = found;
  const segments: Uint8Array[] = [];
  let from = tcp.dataAt;
  do {
    const to = Math.min(ip.end, from + segmentBytes);
    const segment = new Uint8Array(tcp.dataAt + to - from);
    segment.set(frame.subarray(0, tcp.dataAt));
    segment.set(frame.subarray(from, to), tcp.dataAt);
    finishTcp(segment, found, from - tcp.dataAt, to === ip.end);
    finishIp(segment, ip, segments.length);
    segments.push(segment);
    from = to;
  } while (from < ip.end);
  return segments;
}

/** RFC 9293 §3.1; RFC 3168 §6.1.2: the window was reduced once, so one segment says it. @param offset of its data */
function finishTcp(segment: Uint8Array, { ip, tcp }: TcpDissection, offset: number, isLast: boolean): void {
  const at = ip.payloadAt;
  const notHere = (offset > 0 ? TCP_FLAG.cwr : 0) | (isLast ? 0 : TCP_FLAG.fin | TCP_FLAG.psh);
  write32(segment, at + 4, tcp.sequence + offset);
  segment[at + 13] = tcp.flags & ~notHere;
  write16(segment, at + TCP_CHECKSUM_OFFSET, 0);
  const bytes = segment.length - at;
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL.tcp, bytes);
  const sum = fold(pseudo + onesSum(segment.subarray(at)));
  write16(segment, at + TCP_CHECKSUM_OFFSET, checksumOf(sum, false));
}

/** RFC 791 §3.1: each has its length, its identification and its checksum. RFC 8200 §3: its length. */
function finishIp(segment: Uint8Array, { version, headerAt, payloadAt }: IpHeader, index: number): void {
  if (version === 6) {
    write16(segment, headerAt + 4, segment.length - headerAt - 40);
    return;
  }
  write16(segment, headerAt + 2, segment.length - headerAt);
  write16(segment, headerAt + 4, read16(segment, headerAt + 4) + index);
  write16(segment, headerAt + 10, 0);
  write16(segment, headerAt + 10, internetChecksum(segment.subarray(headerAt, payloadAt)));
}
